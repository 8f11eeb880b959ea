import { Socket } from 'node:net';
import { ExponentialBackoff } from 'cockatiel';
import pg from 'pg';
import type { Logger } from '../log.ts';

const connectMilliseconds = 3_000;
/** A connection that carries nothing may be gone without a word: it is asked this often, and has this long to answer. */
const beatMilliseconds = 3_000;
const answerMilliseconds = 2_000;
const farewellMilliseconds = 1_000;
const backoff = { initialDelay: 100, maxDelay: 5_000 };

export interface ListenOptions {
  readonly url: string;
  readonly log: Logger;
  readonly channel: string;
  readonly onPayload: (payload: string) => void;
  /** Notifications may have been lost. */
  readonly onReconnect: () => void;
}

/** Listens on a connection of its own, which is made again whenever it breaks or falls silent. Throws when the first cannot be made. */
export async function listenToChannel(options: ListenOptions): Promise<AsyncDisposable> {
  let isClosed = false;
  let connection: Listening;
  let timer: NodeJS.Timeout | undefined;
  let pause = new ExponentialBackoff(backoff).next();

  const connect = () => {
    connection = openConnection(options, reconnectLater);
    return connection.ready;
  };
  const onConnected = () => {
    pause = new ExponentialBackoff(backoff).next();
    options.onReconnect();
  };
  const reconnectLater = () => {
    if (isClosed || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      // A failure closes the connection, which leads back here.
      connect().then(onConnected, () => undefined);
    }, pause.duration);
    pause = pause.next(undefined);
  };

  const stop = () => {
    isClosed = true;
    clearTimeout(timer);
  };
  await connect().catch((error: unknown) => {
    stop();
    throw error;
  });
  return {
    async [Symbol.asyncDispose]() {
      stop();
      await connection[Symbol.asyncDispose]();
    },
  };
}

interface Listening extends AsyncDisposable {
  /** Resolves when nothing more is missed. Rejects when that cannot be had; then it is closed. */
  readonly ready: Promise<void>;
}

function openConnection({ url, log, channel, onPayload }: ListenOptions, onEnd: () => void): Listening {
  // Of our own, so that it can be closed without a word to somebody who does not answer.
  const socket = new Socket();
  const client = new pg.Client({
    connectionString: url,
    stream: () => socket,
    keepAlive: true,
    connectionTimeoutMillis: connectMilliseconds,
    query_timeout: answerMilliseconds,
  });
  let beat: NodeJS.Timeout | undefined;
  const giveUp = () => void socket.destroy();
  client.on('notification', ({ payload = '' }) => onPayload(payload));
  client.on('error', (error) => log.warn({ error: error.message }, 'the connection for hints broke'));
  client.on('end', () => {
    clearInterval(beat);
    onEnd();
  });
  // Said again it changes nothing, and asks whether the server is there.
  const listen = () => client.query(`LISTEN ${channel}`);
  const start = async () => {
    await client.connect();
    await listen();
    beat = setInterval(() => listen().catch(giveUp), beatMilliseconds);
  };
  return {
    ready: start().catch((error: unknown) => {
      giveUp();
      throw error;
    }),
    async [Symbol.asyncDispose]() {
      const timer = setTimeout(giveUp, farewellMilliseconds);
      await client.end().finally(() => clearTimeout(timer));
    },
  };
}
