import type { Clock } from '../domain/clock.ts';

/** Keeps what was found for a few seconds, so that a request seldom waits for the database. */
export interface ShortMemory<Value> {
  /** What is kept, or what `load` finds. Those who ask at once share one `load`; one that fails is not kept. */
  recall(key: string, load: () => Promise<Value>): Promise<Value>;
  /** Drops what is meant, and what is being loaded: that may have been read before it changed. */
  forget(isMeant: (value: Value) => boolean): void;
}

export interface ShortMemoryOptions {
  readonly clock: Clock;
  readonly milliseconds: number;
  /** The oldest makes room. */
  readonly maxEntries: number;
}

interface Entry<Value> {
  readonly until: number;
  readonly loading: Promise<Value>;
  found?: { readonly value: Value };
}

export function createShortMemory<Value>({ clock, milliseconds, maxEntries }: ShortMemoryOptions): ShortMemory<Value> {
  const entries = new Map<string, Entry<Value>>();
  const drop = (key: string, entry: Entry<Value>) => {
    if (entries.get(key) === entry) entries.delete(key);
  };
  const load = (key: string, from: () => Promise<Value>) => {
    // Counted from before it is read: what is kept is never older than it may be.
    const entry: Entry<Value> = { until: clock.now() + milliseconds, loading: from() };
    entries.delete(key);
    entries.set(key, entry);
    entry.loading.then(
      (value) => {
        entry.found = { value };
      },
      () => drop(key, entry),
    );
    const [oldest] = entries.keys();
    if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest);
    return entry.loading;
  };
  return {
    recall(key, from) {
      const entry = entries.get(key);
      return entry !== undefined && clock.now() < entry.until ? entry.loading : load(key, from);
    },
    forget(isMeant) {
      for (const [key, { found }] of entries) {
        if (found === undefined || isMeant(found.value)) entries.delete(key);
      }
    },
  };
}
