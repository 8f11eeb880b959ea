import WebSocket, { type RawData } from 'ws';
import { createInbox, type Inbox } from './inbox.ts';
import { type JobMessage, readFrame, readText } from './read-message.ts';

const handshakeMilliseconds = 5_000;

export interface SocketOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Hears what ComfyUI tells. A connection that is lost is not made again: the job is then asked for. */
export interface JobSocket extends Disposable {
  isOpen(): boolean;
  take: Inbox['take'];
  /** Resolves when there is something to take, when the connection is lost, or after so long. Throws the signal's reason. */
  wait(milliseconds: number): Promise<void>;
}

/** Resolves also where no connection could be made. Throws the signal's reason. */
export async function openJobSocket({ url, headers, signal }: SocketOptions): Promise<JobSocket> {
  signal.throwIfAborted();
  const inbox = createInbox();
  const socket = new WebSocket(url, { headers, handshakeTimeout: handshakeMilliseconds, perMessageDeflate: false });
  const hangUp = () => socket.terminate();
  signal.addEventListener('abort', hangUp);
  // Whatever the error is, the connection closes.
  socket.on('error', () => {});
  socket.on('close', () => inbox.wake());
  socket.on('message', (data, isBinary) => {
    const message = readMessage(data, isBinary);
    if (message !== undefined) inbox.put(message);
  });
  await greet(socket);
  signal.throwIfAborted();
  return {
    isOpen: () => socket.readyState === WebSocket.OPEN,
    take: inbox.take,
    wait: (milliseconds) => inbox.wait(milliseconds, signal),
    [Symbol.dispose]() {
      signal.removeEventListener('abort', hangUp);
      hangUp();
    },
  };
}

/** Resolves when the connection is made and the greeting sent, or the connection closed. */
async function greet(socket: WebSocket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.on('open', () => socket.send(greeting, () => resolve()));
  socket.on('close', resolve);
  await promise;
}

/** Must be the first message of a client. Old servers pass over it. */
const greeting = JSON.stringify({ type: 'feature_flags', data: { supports_preview_metadata: true } });

function readMessage(data: RawData, isBinary: boolean): JobMessage | undefined {
  if (!Buffer.isBuffer(data)) return undefined;
  return isBinary ? readFrame(data) : readText(data);
}
