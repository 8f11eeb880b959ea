/** A place where a vendor's work stops until a test lets it go on. */
export interface Gate {
  /** Resolves when an order is there. */
  readonly reached: Promise<void>;
  readonly isOpen: boolean;
  open(): void;
}

/** Gates by the prompts of the orders that are to be held. */
export interface Gates {
  hold(prompt: string): Gate;
  /** Whether work on this order may end; tells whoever waits for it that it is there. */
  mayEnd(prompt: string): boolean;
  /** Resolves when work on this order may end. */
  pass(prompt: string): Promise<void>;
}

export function createGates(): Gates {
  const gates = new Map<string, Gate & { readonly arrive: () => void; readonly opened: Promise<void> }>();
  return {
    hold(prompt) {
      const [reached, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      let isOpen = false;
      const gate = {
        reached: reached.promise,
        arrive: reached.resolve,
        opened: opened.promise,
        get isOpen() {
          return isOpen;
        },
        open() {
          isOpen = true;
          opened.resolve();
        },
      };
      gates.set(prompt, gate);
      return gate;
    },
    mayEnd(prompt) {
      const gate = gates.get(prompt);
      gate?.arrive();
      return gate?.isOpen ?? true;
    },
    async pass(prompt) {
      const gate = gates.get(prompt);
      gate?.arrive();
      await gate?.opened;
    },
  };
}
