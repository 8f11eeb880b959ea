import type { IncomingMessage } from 'node:http';

/** Who is connected. Behind a proxy that is the proxy. */
export function toClientAddress({ socket }: IncomingMessage): string {
  return socket.remoteAddress ?? '';
}
