import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';

/** Listens on this machine, where nobody may be led. Every connection counts, whatever it would have said. */
export interface Canary extends AsyncDisposable {
  readonly port: number;
  readonly hits: () => number;
}

const addresses = ['127.0.0.1', '127.127.127.127', '::1'];

export async function startCanary(): Promise<Canary> {
  let hits = 0;
  const servers: Server[] = [];
  for (const address of addresses) {
    const server = createServer((socket) => {
      hits += 1;
      socket.on('error', () => undefined).destroy();
    });
    await once(server.listen(servers.map(portOf)[0] ?? 0, address), 'listening');
    servers.push(server);
  }
  return {
    port: servers.map(portOf)[0] ?? 0,
    hits: () => hits,
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => once(server.close(), 'close')));
    },
  };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
