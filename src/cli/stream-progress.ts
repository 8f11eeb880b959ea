import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { CliError } from './cli-error.ts';
import { followProgress } from './documents.ts';
import { type Address, toHeaders } from './post.ts';
import type { Progress } from './schema-types.ts';

export interface Stream extends Address {
  readonly id: string;
  readonly afterSequence: number;
  readonly onProgress: (progress: Progress) => void;
  /** Ends it; its reason is thrown. */
  readonly signal: AbortSignal;
}

/** The server does not let this generation be followed: asking again is of no use. */
export class StreamRefused extends CliError {}

const pingMilliseconds = 10_000;
const pongMilliseconds = 5_000;

/** One connection, to the end of the generation. Rejects when the connection is lost, for whatever reason. */
export async function streamProgress({ url, apiKey, signal, onProgress, ...variables }: Stream): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const connection = createConnection({ url, apiKey });
  const leave = () => reject(signal.reason);
  signal.addEventListener('abort', leave, { once: true });
  connection.subscribe<{ readonly generationProgress: Progress }>(
    { query: followProgress, variables },
    {
      next: ({ data, errors }) => (data ? onProgress(data.generationProgress) : reject(toStreamError(errors))),
      error: (error) => reject(toStreamError(error)),
      complete: resolve,
    },
  );
  try {
    await promise;
  } finally {
    signal.removeEventListener('abort', leave);
    connection.terminate();
  }
}

/** A server that does not even answer a ping is gone, though nobody closed the connection. */
function createConnection({ url, apiKey }: Address) {
  class SocketWithKey extends WebSocket {
    constructor(address: string, protocol: string) {
      super(address, protocol, { headers: toHeaders(apiKey) });
    }
  }
  let patience: NodeJS.Timeout | undefined;
  const connection = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: SocketWithKey,
    retryAttempts: 0,
    connectionAckWaitTimeout: pongMilliseconds,
    keepAlive: pingMilliseconds,
    on: {
      ping(isReceived) {
        if (!isReceived) patience = setTimeout(() => connection.terminate(), pongMilliseconds);
      },
      pong(isReceived) {
        if (isReceived) clearTimeout(patience);
      },
      closed: () => clearTimeout(patience),
    },
  });
  return connection;
}

/** GraphQL errors come as a list; anything else is what happened to the connection. */
function toStreamError(error: unknown): CliError {
  if (!Array.isArray(error)) return new CliError('The connection is lost.', { cause: error });
  const [{ message, extensions }] = error;
  const isRefusal = ['NOT_FOUND', 'BAD_USER_INPUT', 'UNAUTHENTICATED'].includes(extensions?.code);
  const words = `The server answered: ${message}`;
  return isRefusal ? new StreamRefused(words) : new CliError(words);
}
