/** Something that is used up by taking, and comes back with time. */
export interface Budget {
  /** Takes one. False when there is none. */
  take(): boolean;
}

export interface BudgetOptions {
  readonly capacity: number;
  readonly perSecond: number;
}

export function createBudget({ capacity, perSecond }: BudgetOptions): Budget {
  let left = capacity;
  let at = performance.now();
  return {
    take() {
      const now = performance.now();
      left = Math.min(capacity, left + ((now - at) * perSecond) / 1000);
      at = now;
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
