import { on, once } from 'node:events';
import WebSocket from 'ws';
import type { Answer, ClientOptions, Variables } from './client.ts';

/** As graphql-transport-ws sends it. */
export interface SocketMessage {
  readonly type: string;
  readonly id?: string;
  // biome-ignore lint/suspicious/noExplicitAny: an answer has the shape of its document
  readonly payload?: any;
}

/** graphql-transport-ws by hand, for what a well-behaved client does not do. */
export interface RawSocket {
  readonly socket: WebSocket;
  send(message: SocketMessage): void;
  subscribe(id: string, query: string, variables?: Variables): void;
  /** The next message. Throws when the socket closes instead. */
  next(): Promise<SocketMessage>;
  /** The next answer to this operation; undefined when it completes. */
  answer(id: string): Promise<Answer | undefined>;
  close(): Promise<void>;
}

/** A socket on which nothing was said yet. */
function openSocket({ url, headers }: ClientOptions): WebSocket {
  return new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws', { headers });
}

/** How the server closes a socket, as `4403 Forbidden`. */
export async function closingOf(socket: WebSocket): Promise<string> {
  const [code, reason] = await once(socket, 'close');
  return `${code} ${reason}`;
}

/** How the server closes a socket on which somebody introduces himself. Throws when it lets him in. */
export async function closingOfNewSocket(client: ClientOptions, payload?: unknown): Promise<string> {
  const socket = openSocket(client);
  const closed = closingOf(socket);
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload }));
  const acknowledged = once(socket, 'message').then(([text]) => {
    socket.terminate();
    throw new Error(`let in: ${text}`);
  });
  return Promise.race([closed, acknowledged]);
}

export async function openRawSocket(client: ClientOptions, payload?: unknown): Promise<RawSocket> {
  const socket = openSocket(client);
  // Each `on` and each `once` listens for the end.
  socket.setMaxListeners(0);
  const messages = on(socket, 'message', { close: ['close'] });
  const send = (message: SocketMessage) => socket.send(JSON.stringify(message));
  const next = async (): Promise<SocketMessage> => {
    const { value, done } = await messages.next();
    if (done) throw new Error('the socket has closed');
    return JSON.parse(String(value[0]));
  };
  await once(socket, 'open');
  send({ type: 'connection_init', payload });
  const acknowledged = await next();
  if (acknowledged.type !== 'connection_ack') throw new Error(`not acknowledged: ${acknowledged.type}`);
  return {
    socket,
    send,
    next,
    subscribe: (id, query, variables = {}) => send({ type: 'subscribe', id, payload: { query, variables } }),
    async answer(id) {
      for (;;) {
        const message = await next();
        if (message.id !== id) continue;
        if (message.type === 'complete') return undefined;
        return message.type === 'error' ? { errors: message.payload } : message.payload;
      }
    },
    async close() {
      if (socket.readyState === WebSocket.CLOSED) return;
      const closed = once(socket, 'close');
      socket.terminate();
      await closed;
    },
  };
}
