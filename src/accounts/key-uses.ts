import type { Connection } from '../database/database.ts';
import { createOutageNews } from '../database/outage-news.ts';
import { recordKeyUses } from '../database/record-key-uses.ts';
import type { Clock } from '../domain/clock.ts';
import type { Logger } from '../log.ts';

const writeMilliseconds = 1_000;
/** A key that is used all the time is written as often as that. */
const noteMilliseconds = 60_000;

/** Writes down when keys were used last. */
export interface KeyUses extends AsyncDisposable {
  /** Costs nothing: it is written a moment later, with those of other keys, and once a minute at most. */
  note(apiKeyId: string): void;
}

export interface KeyUsesDependencies {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly log: Logger;
}

export function createKeyUses({ connection, clock, log }: KeyUsesDependencies): KeyUses {
  const isNews = createOutageNews();
  const noted = new Map<string, number>();
  let waiting = new Map<string, number>();
  const write = async () => {
    const uses = [...waiting].map(([apiKeyId, at]) => ({ apiKeyId, at: new Date(at) }));
    waiting = new Map();
    const old = clock.now() - noteMilliseconds;
    for (const [apiKeyId, at] of noted) if (at <= old) noted.delete(apiKeyId);
    if (uses.length === 0) return;
    await recordKeyUses(connection, uses).catch((error: Error) => {
      if (isNews(error)) log.warn({ error: error.message }, 'the last use of keys was not written down');
    });
  };
  let writing = Promise.resolve();
  const timer = setInterval(() => {
    writing = writing.then(write);
  }, writeMilliseconds);
  return {
    note(apiKeyId) {
      const at = clock.now();
      if (at - (noted.get(apiKeyId) ?? Number.NEGATIVE_INFINITY) < noteMilliseconds) return;
      noted.set(apiKeyId, at);
      waiting.set(apiKeyId, at);
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await writing.then(write);
    },
  };
}
