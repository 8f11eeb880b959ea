import { randomUUID } from 'node:crypto';
import type { Connection } from '../database/database.ts';
import { createOutageNews } from '../database/outage-news.ts';
import type { Logger } from '../log.ts';
import { type Hint, type HintMessage, packHints, parseHintMessage } from './hint.ts';
import type { Hints, HintsListener } from './hints.ts';
import { listenToChannel } from './listen-to-channel.ts';

const channel = 'darkroom';
// A NOTIFY payload must stay under 8,000 bytes.
const maxPayloadBytes = 7_900;
const batchMilliseconds = 20;

export interface PostgresHintsOptions {
  readonly url: string;
  readonly connection: Connection;
  readonly log: Logger;
}

/**
 * Hints over LISTEN and NOTIFY. What is said within 20 ms goes out together, after the commits it tells of and in a
 * statement of its own: NOTIFY holds a lock of the whole database while its transaction commits.
 */
export async function createPostgresHints(options: PostgresHintsOptions, listener: HintsListener): Promise<Hints> {
  const from = randomUUID();
  const notifier = createNotifier({ ...options, from });
  const onMessage = ({ from: sender, hints }: HintMessage) => {
    if (sender !== from) hints.forEach(listener.onHint);
  };
  const onPayload = (payload: string) => {
    const message = readMessage(payload);
    if (message !== undefined) onMessage(message);
    else options.log.warn('a hint could not be read: perhaps a process of another version is running');
  };
  const subscription = await listenToChannel({ ...options, channel, onPayload, onReconnect: listener.onReconnect });
  return {
    publish: notifier.publish,
    async [Symbol.asyncDispose]() {
      await notifier[Symbol.asyncDispose]();
      await subscription[Symbol.asyncDispose]();
    },
  };
}

interface NotifierOptions extends PostgresHintsOptions {
  readonly from: string;
}

/** The first hint goes at once; what follows while that is under way, or within 20 ms of it, goes together. */
function createNotifier({ connection, log, from }: NotifierOptions): Hints {
  let waiting: Hint[] = [];
  let sending: Promise<void> | undefined;
  const isNews = createOutageNews();
  const onFailure = (error: Error) => {
    if (isNews(error)) log.warn({ error: error.message }, 'hints could not be sent');
  };

  const send = async () => {
    // What is said in the same turn goes together too.
    await undefined;
    while (waiting.length > 0) {
      const payloads = packHints(from, waiting, maxPayloadBytes);
      waiting = [];
      const pause = new Promise((resolve) => setTimeout(resolve, batchMilliseconds));
      await connection
        .query({
          name: 'notify',
          text: `SELECT pg_notify('${channel}', p) FROM unnest($1::text[]) p`,
          values: [payloads],
        })
        .catch(onFailure);
      await pause;
    }
    sending = undefined;
  };

  return {
    publish(hint) {
      waiting.push(hint);
      sending ??= send();
    },
    async [Symbol.asyncDispose]() {
      await sending;
    },
  };
}

/** Undefined for what is no hint message: anybody with access to the database can send one. */
function readMessage(payload: string): HintMessage | undefined {
  try {
    return parseHintMessage(payload);
  } catch {
    return undefined;
  }
}
