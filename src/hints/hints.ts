import type { Hint } from './hint.ts';

/** Carries hints between processes. A sender does not get its own back. */
export interface Hints extends AsyncDisposable {
  /** Says it to every other process, soon. Never throws and never waits: a lost hint is found by the backstop. */
  publish(hint: Hint): void;
}

export interface HintsListener {
  /** A hint of another process. */
  onHint(hint: Hint): void;
  /** Hints may have been lost: time to look into the tables. */
  onReconnect(): void;
}
