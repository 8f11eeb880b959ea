/** Places for work that keeps this process busy. */
export interface Slots {
  /** How many may be taken at once. */
  readonly free: number;
  /** Takes one that is free. */
  take(): WorkerSlot;
}

/** The place of one job, which it leaves while it only waits. */
export interface WorkerSlot {
  /** Lets another job in. Does nothing for a job that has left already. */
  leave(): void;
  /** Waits for a place again. Who has been in comes before who is new. Throws the signal's reason after an abort. */
  enter(signal: AbortSignal): Promise<void>;
}

/** `onFree` is called when a place became free and nobody waited for it. */
export function createSlots(count: number, onFree: () => void): Slots {
  let free = count;
  const waiting: (() => void)[] = [];

  const giveBack = () => {
    const next = waiting.shift();
    if (next !== undefined) return next();
    free += 1;
    onFree();
  };

  /** Resolves when a place is this caller's. */
  const takeBack = async (signal: AbortSignal) => {
    signal.throwIfAborted();
    if (free > 0) {
      free -= 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const stop = () => {
      waiting.splice(waiting.indexOf(resolve), 1);
      reject(signal.reason);
    };
    signal.addEventListener('abort', stop, { once: true });
    waiting.push(resolve);
    await promise.finally(() => signal.removeEventListener('abort', stop));
  };

  return {
    get free() {
      return free;
    },
    take() {
      free -= 1;
      let inside = true;
      let entering: Promise<void> | undefined;
      return {
        leave() {
          if (!inside) return;
          inside = false;
          giveBack();
        },
        async enter(signal) {
          if (inside) return;
          entering ??= takeBack(signal).finally(() => {
            entering = undefined;
          });
          await entering;
          inside = true;
        },
      };
    },
  };
}
