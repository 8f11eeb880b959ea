import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** For a service that must come back at the address that it had. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const closed = once(server, 'close');
  server.close();
  await closed;
  return port;
}
