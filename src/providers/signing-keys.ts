import type { Clock } from '../domain/clock.ts';

/** A stream of forgeries must not become a stream of requests to the vendor. */
const refreshMilliseconds = 60_000;

export interface SigningKeysOptions<Key> {
  readonly fetchKeys: () => Promise<readonly Key[]>;
  readonly clock: Clock;
}

/** What a vendor signs with: fetched at first use, and kept. */
export interface SigningKeys<Key> {
  /** Whether this holds for one of the keys. Where it holds for none they are fetched anew, once a minute at the most. */
  some(check: (key: Key) => boolean): Promise<boolean>;
}

export function createSigningKeys<Key>({ fetchKeys, clock }: SigningKeysOptions<Key>): SigningKeys<Key> {
  let keys: Promise<readonly Key[]> = Promise.resolve([]);
  let fetchedAt = Number.NEGATIVE_INFINITY;
  const refresh = () => {
    const known = keys;
    if (clock.now() - fetchedAt < refreshMilliseconds) return;
    fetchedAt = clock.now();
    keys = fetchKeys().catch(() => known);
  };
  return {
    async some(check) {
      const known = keys;
      if ((await known).some(check)) return true;
      // Unless somebody else has had them fetched in the meantime.
      if (keys === known) refresh();
      return keys !== known && (await keys).some(check);
    },
  };
}
