import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { machineMilliseconds } from './measure.ts';

/** The server closes a connection that was idle for five seconds. */
const idleMilliseconds = 3_000;

export interface HttpClient extends Disposable {
  /** Answers the body. Throws for anything but 200. */
  post(body: string): Promise<Buffer>;
}

/**
 * Over kept connections, as many as asked for at the most. Written on bare sockets, since it takes its processor time from
 * the same cores as the server: node:http would take three times as much.
 */
export function createHttpClient(url: string, connections: number, authorization?: string): HttpClient {
  const { hostname, port, pathname } = new URL(url);
  const credentials = authorization === undefined ? '' : `authorization: ${authorization}\r\n`;
  const head = `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\naccept: application/json\r\n${credentials}`;
  const sockets = new Set<Socket>();
  const free: { readonly socket: Socket; readonly since: number }[] = [];
  const waiting: ((socket: Socket) => void)[] = [];

  const open = async () => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    sockets.add(socket);
    await once(socket, 'connect');
    // Told by `close` as well.
    socket.on('error', () => undefined);
    return socket;
  };
  const take = async () => {
    const kept = free.pop();
    if (kept !== undefined && machineMilliseconds() - kept.since < idleMilliseconds) return kept.socket;
    if (kept !== undefined) {
      sockets.delete(kept.socket);
      kept.socket.destroy();
    }
    if (sockets.size < connections) return open();
    const { promise, resolve } = Promise.withResolvers<Socket>();
    waiting.push(resolve);
    return promise;
  };
  const giveBack = (socket: Socket) => {
    const next = waiting.shift();
    if (next === undefined) free.push({ socket, since: machineMilliseconds() });
    else next(socket);
  };

  return {
    async post(body) {
      const socket = await take();
      const answer = readAnswer(socket);
      socket.write(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
      const { status, content } = await answer;
      giveBack(socket);
      if (status !== 200) throw new Error(`${status}: ${content}`);
      return content;
    },
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

interface Answer {
  readonly status: number;
  readonly content: Buffer;
}

/** One answer with a content-length, which is what the server sends for everything but streams. */
function readAnswer(socket: Socket): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  let received: Buffer = Buffer.alloc(0);
  const onData = (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const end = received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = received.toString('latin1', 0, end);
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    if (length === undefined) return stop(() => reject(new Error(`An answer without content-length: ${head}`)));
    if (received.length < end + 4 + Number(length)) return;
    stop(() => resolve({ status: Number(head.slice(9, 12)), content: received.subarray(end + 4) }));
  };
  const onEnd = () => stop(() => reject(new Error('The server closed the connection.')));
  const stop = (settle: () => void) => {
    socket.off('data', onData).off('close', onEnd);
    settle();
  };
  socket.on('data', onData).on('close', onEnd);
  return promise;
}

export interface Load {
  readonly client: HttpClient;
  readonly connections: number;
  readonly milliseconds: number;
  /** The next body to send. */
  readonly body: () => string;
  /** Throws for a wrong answer. */
  readonly check: (answer: Buffer) => void;
}

export interface LoadResult {
  /** Of each request, in milliseconds. */
  readonly times: readonly number[];
  readonly ratePerSecond: number;
}

/** Each connection asks again as soon as it is answered. Throws when one answer is wrong. */
export async function loadFor({ client, connections, milliseconds, body, check }: Load): Promise<LoadResult> {
  const start = machineMilliseconds();
  const times: number[] = [];
  const repeat = async () => {
    for (let sentAt = start; sentAt - start < milliseconds; ) {
      check(await client.post(body()));
      const now = machineMilliseconds();
      times.push(now - sentAt);
      sentAt = now;
    }
  };
  await Promise.all(Array.from({ length: connections }, repeat));
  return { times, ratePerSecond: (times.length * 1000) / (machineMilliseconds() - start) };
}
