import type { Viewer } from './viewer.ts';

/** One way to show who one is: an API key, a token, or the cookie of a session. */
export interface Authentication {
  /** Throws `Unauthenticated`, and `IdentityUnavailable` where it cannot be told now. */
  authenticate(text: string): Promise<Viewer>;
  /** Looks anew at who this is, and at their keys, when they come next. */
  forget(userId: string): void;
}

/** How long what was read of users and keys may be believed, where the word of a change did not arrive. */
export const beliefMilliseconds = 5_000;
