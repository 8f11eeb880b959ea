import { channel } from 'node:diagnostics_channel';

/** The boundaries at which a process may die with the most at stake, in the order of a generation's life. */
export type CrashPoint =
  | 'before-accept-commit'
  | 'after-accept-commit'
  | 'after-claim'
  | 'after-attempt-row'
  | 'after-provider-accepted'
  | 'after-request-id-stored'
  | 'after-result'
  | 'mid-upload'
  | 'after-upload'
  | 'before-end'
  | 'after-delete-request'
  | 'after-purged-blobs'
  | 'after-purged-generation'
  | 'before-purge-end'
  | 'mid-export'
  | 'after-export-archive';

/** Where whoever tries faults listens, from outside of the program. */
export const crashPointChannel = 'darkroom:crash-point';

const crashPoints = channel(crashPointChannel);

/** Does nothing, unless somebody listens in order to end the process at this very place. */
export function crashPoint(name: CrashPoint): void {
  if (crashPoints.hasSubscribers) crashPoints.publish(name);
}
