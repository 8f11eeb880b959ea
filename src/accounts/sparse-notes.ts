import { createOutageNews } from '../database/outage-news.ts';
import type { Clock } from '../domain/clock.ts';
import type { Logger } from '../log.ts';

const writeMilliseconds = 1_000;
/** What happens all the time is written as often as that. */
const noteMilliseconds = 60_000;

/** Writes down what one note in a minute is enough of. */
export interface SparseNotes<Value> extends AsyncDisposable {
  /** Costs nothing: it is written a moment later, with others, and once a minute at most for each key. */
  note(key: string, value: Value): void;
}

export interface SparseNotesOptions<Value> {
  readonly clock: Clock;
  readonly log: Logger;
  readonly write: (values: readonly Value[]) => Promise<void>;
  /** For the log, where it could not be written: nobody tries again. */
  readonly complaint: string;
  /** In a minute; what is beyond is not written down. Default: any number. */
  readonly maxNotes?: number;
}

export function createSparseNotes<Value>(options: SparseNotesOptions<Value>): SparseNotes<Value> {
  const { clock, log, complaint, maxNotes = Number.POSITIVE_INFINITY } = options;
  const isNews = createOutageNews();
  const noted = new Map<string, number>();
  let waiting: Value[] = [];
  const write = async () => {
    const values = waiting;
    waiting = [];
    const old = clock.now() - noteMilliseconds;
    for (const [key, at] of noted) if (at <= old) noted.delete(key);
    if (values.length === 0) return;
    await options.write(values).catch((error: Error) => {
      if (isNews(error)) log.warn({ error: error.message }, complaint);
    });
  };
  let writing = Promise.resolve();
  const timer = setInterval(() => {
    writing = writing.then(write);
  }, writeMilliseconds);
  return {
    note(key, value) {
      const at = clock.now();
      const before = noted.get(key);
      if (before === undefined ? noted.size >= maxNotes : at - before < noteMilliseconds) return;
      noted.set(key, at);
      waiting.push(value);
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await writing.then(write);
    },
  };
}
