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
 * Keeps every slot busy while there is work: fetches as many items as there are free slots when woken, now and then, and
 * whenever a slot becomes free while more may wait. None do after a fetch that brought less than there was room for. One
 * fetch at a time; a wake-up during it makes it look again.
 */
export function createPump<Item>(options: PumpOptions<Item>): Pump {
  const { concurrency, maxHeld, fetch, run, pollMilliseconds, onError } = options;
  const running = new Set<Promise<void>>();
  const slots = createSlots(concurrency, () => fill());
  let stopped = false;
  let mayWait = false;
  let filling: Promise<void> | undefined;

  const start = (item: Item) => {
    const slot = slots.take();
    const work = run(item, slot).finally(() => {
      running.delete(work);
      slot.leave();
    });
    running.add(work);
  };

  const fetchAll = async () => {
    while (mayWait && !stopped) {
      const room = Math.min(slots.free, maxHeld - running.size);
      if (room <= 0) return;
      mayWait = false;
      const items = await fetch(room);
      if (items.length === room) mayWait = true;
      items.forEach(start);
    }
  };

  const fill = () => {
    filling ??= fetchAll()
      .catch(onError)
      .finally(() => {
        filling = undefined;
      });
  };

  const wake = () => {
    mayWait = true;
    fill();
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
