import type { Role } from '../../../src/app.ts';
import type { CrashPoint } from '../../../src/domain/crash-point.ts';

export interface FleetProcessOptions {
  readonly role: Role;
  readonly crash?: ArmedCrash;
  /** How far its clock is ahead of the others; timers run as always. */
  readonly clockAheadMilliseconds?: number;
}

/** What happens when a crash point is reached. */
export interface ArmedCrash {
  readonly point: CrashPoint;
  /** At which time it happens, from 1. */
  readonly hit?: number;
  readonly signal?: 'SIGKILL' | 'SIGSTOP';
}

/** The line that is written to standard output before it happens. */
export const reachedLine = 'The crash point is reached.';
