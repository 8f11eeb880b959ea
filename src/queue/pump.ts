export interface PumpOptions<Item> {
  readonly concurrency: number;
  /** Takes up to `count` waiting items. */
  readonly fetch: (count: number) => Promise<readonly Item[]>;
  /** Works on one item. Must not reject. */
  readonly run: (item: Item) => Promise<void>;
  /** How often to look without being woken. */
  readonly pollMilliseconds: number;
  readonly onError: (error: unknown) => void;
}

export interface Pump extends AsyncDisposable {
  wake(): void;
}

/**
 * Keeps every slot busy while there is work: fetches as many items as there are free slots whenever one becomes free, when
 * woken, and now and then. One fetch at a time; a wake-up during it makes it look again.
 */
export function createPump<Item>({ concurrency, fetch, run, pollMilliseconds, onError }: PumpOptions<Item>): Pump {
  const running = new Set<Promise<void>>();
  let stopped = false;
  let lookAgain = false;
  let filling: Promise<void> | undefined;

  const start = (item: Item) => {
    const work = run(item).finally(() => {
      running.delete(work);
      wake();
    });
    running.add(work);
  };

  const fill = async () => {
    do {
      lookAgain = false;
      const free = concurrency - running.size;
      if (stopped || free <= 0) return;
      const items = await fetch(free);
      items.forEach(start);
    } while (lookAgain);
  };

  const wake = () => {
    lookAgain = true;
    filling ??= fill()
      .catch(onError)
      .finally(() => {
        filling = undefined;
      });
  };

  const timer = setInterval(wake, pollMilliseconds);
  wake();
  return {
    wake,
    async [Symbol.asyncDispose]() {
      stopped = true;
      clearInterval(timer);
      await filling;
      await Promise.all(running);
    },
  };
}
