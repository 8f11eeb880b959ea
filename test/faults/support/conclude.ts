import { expect } from 'vitest';
import { type Audit, audit } from './auditor.ts';
import type { Fleet } from './fleet.ts';
import { recordOutcome } from './outcomes.ts';

export interface Conclusion {
  /** As in the list of faults: `F6`. */
  readonly fault: string;
  /** In a few words, for the table. */
  readonly what: string;
  /** How often the fault was made. Default: once. */
  readonly tries?: number;
  readonly recoverySeconds?: number | undefined;
}

/** Has everything looked at that the fault left behind, notes the outcome for the table, and fails where a promise is broken. */
export async function conclude(fleet: Fleet, conclusion: Conclusion): Promise<Audit> {
  const { fault, what, tries = 1, recoverySeconds } = conclusion;
  const found = await audit(fleet);
  const { lost, paidTwice } = found;
  recordOutcome({ fault, what, tries, lost, paidTwice, recoverySeconds: recoverySeconds ?? null });
  expect(found.problems).toEqual([]);
  return found;
}
