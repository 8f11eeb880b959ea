import { createSlots, type WorkerSlot } from './slots.ts';

export interface PumpOptions<Item> {
  /** How many items are worked on at a time. */
  readonly concurrency: number;
  /** How many are held at a time, those included that have left their slot to wait for something. */
  readonly maxHeld: number;
  /** Takes up to `count` waiting items. */
  readonly fetch: (count: number) => Promise<readonly Item[]>;
  /** Works on one item. Must not reject. */
  readonly run: (item: Item, slot: WorkerSlot) => Promise<void>;
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
export function createPump<Item>(options: PumpOptions<Item>): Pump {
  const { concurrency, maxHeld, fetch, run, pollMilliseconds, onError } = options;
  const running = new Set<Promise<void>>();
  const slots = createSlots(concurrency, () => wake());
  let stopped = false;
  let lookAgain = false;
  let filling: Promise<void> | undefined;

  const start = (item: Item) => {
    const slot = slots.take();
    const work = run(item, slot).finally(() => {
      running.delete(work);
      slot.leave();
    });
    running.add(work);
  };

  const fill = async () => {
    do {
      lookAgain = false;
      const free = Math.min(slots.free, maxHeld - running.size);
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
