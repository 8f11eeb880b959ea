import type { Advance } from '../domain/progress.ts';
import type { ProgressReport } from '../providers/provider.ts';

/** How far the calls that make a generation's pictures are, taken together. */
export interface OverallProgress {
  readonly current: Advance;
  /** Starts a call for this many pictures, from nothing. */
  start(call: number, pictures: number): void;
  report(call: number, progress: ProgressReport): void;
  /** One more picture of this call is there. */
  land(call: number): void;
  /** Forgets a call that made no more: its pictures are made by another one. */
  drop(call: number): void;
}

/** Of all pictures of the generation. */
export interface PictureCount {
  readonly total: number;
  /** Stored before the first call. */
  readonly stored: number;
}

interface CallProgress extends Advance {
  readonly pictures: number;
  readonly landed: number;
}

/** The fraction is the mean over the pictures. It stays null until a provider tells one or one of several pictures is there. */
export function createOverallProgress(count: PictureCount): OverallProgress {
  const calls = new Map<number, CallProgress>();
  const change = (call: number, toNext: (progress: CallProgress) => CallProgress) => {
    const progress = calls.get(call);
    if (progress !== undefined) calls.set(call, toNext(progress));
  };
  return {
    get current() {
      return { fraction: toFraction([...calls.values()], count), ...toSteps([...calls.values()]) };
    },
    start: (call, pictures) =>
      void calls.set(call, { pictures, landed: 0, fraction: null, step: null, totalSteps: null }),
    report: (call, { fraction, step, totalSteps }) =>
      change(call, (progress) => ({ ...progress, fraction, step, totalSteps })),
    land: (call) => change(call, (progress) => ({ ...progress, landed: progress.landed + 1 })),
    drop: (call) => change(call, (progress) => ({ ...progress, pictures: progress.landed, fraction: null })),
  };
}

function toFraction(calls: readonly CallProgress[], { total, stored }: PictureCount): number | null {
  const isTold = calls.some(({ fraction, landed }) => fraction !== null || (landed > 0 && total > 1));
  if (!isTold) return null;
  const done = sum(calls.map(({ landed, fraction, pictures }) => Math.max(landed, (fraction ?? 0) * pictures)));
  return Math.min(1, (stored + done) / total);
}

/** Steps are told only where every call counts them. */
function toSteps(calls: readonly CallProgress[]): { readonly step: number | null; readonly totalSteps: number | null } {
  const counted = calls.flatMap(({ step, totalSteps }) =>
    step === null || totalSteps === null ? [] : [{ step, totalSteps }],
  );
  if (counted.length === 0 || counted.length < calls.length) return { step: null, totalSteps: null };
  return { step: sum(counted.map(({ step }) => step)), totalSteps: sum(counted.map(({ totalSteps }) => totalSteps)) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
