import type { WorkerSlot } from '../queue/slots.ts';

/**
 * The slot of a run whose calls go together: left when all of them only wait, taken again when the first has something to do.
 */
export function shareSlot(slot: WorkerSlot): SharedSlot {
  let busy = 0;
  return {
    join() {
      let inside = false;
      return {
        async enter(signal) {
          if (inside) return;
          inside = true;
          busy += 1;
          await slot.enter(signal);
        },
        leave() {
          if (!inside) return;
          inside = false;
          busy -= 1;
          if (busy === 0) slot.leave();
        },
      };
    },
  };
}

export interface SharedSlot {
  /** The share of one call, which begins outside. */
  join(): WorkerSlot;
}
