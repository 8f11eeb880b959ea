import type { GenerationStatus } from './generation-status.ts';

/** What a running generation is doing. */
export const generationStages = [
  'PREPARING_INPUTS',
  'ENHANCING_PROMPT',
  'WAITING_FOR_PROVIDER',
  'GENERATING',
  'STORING',
] as const;
export type GenerationStage = (typeof generationStages)[number];

export const eventTypes = [
  'REQUEST_RECEIVED',
  'STARTED',
  'INPUTS_PREPARED',
  'PROMPT_ENHANCED',
  'CALLING_PROVIDER',
  'PROVIDER_ACCEPTED',
  'IMAGE_GENERATED',
  'IMAGE_STORED',
  'RETRYING',
  'FALLING_BACK',
  'CANCEL_REQUESTED',
  'SUCCEEDED',
  'FAILED',
  'CANCELLED',
] as const;
export type EventType = (typeof eventTypes)[number];

/** How far a generation is within its stage. All null where the provider does not tell: a fraction is never invented. */
export interface Advance {
  /** 0 to 1 over all pictures asked for. */
  readonly fraction: number | null;
  readonly step: number | null;
  readonly totalSteps: number | null;
}

export const noAdvance: Advance = { fraction: null, step: null, totalSteps: null };

/** The whole progress of a generation at one moment: what watchers get, and what hints carry between processes. */
export interface ProgressSnapshot extends Advance {
  readonly generationId: string;
  /** Stored events so far: 1, 2, 3 … without gaps. */
  readonly sequence: number;
  /** Ticks since that event, 0 for the event itself. (sequence, tick) only grows. */
  readonly tick: number;
  readonly at: Date;
  /** The newest event's type and words. */
  readonly type: EventType;
  readonly message: string | null;
  readonly attempt: number | null;
  readonly status: GenerationStatus;
  readonly stage: GenerationStage | null;
  readonly imagesStored: number;
  readonly startedAt: Date | null;
  /** Counts the frames of this generation, 0 before the first. */
  readonly previewNumber: number;
}

export interface ProgressPosition {
  readonly sequence: number;
  readonly tick: number;
}

export function isNewer(candidate: ProgressPosition, known: ProgressPosition): boolean {
  return candidate.sequence > known.sequence || (candidate.sequence === known.sequence && candidate.tick > known.tick);
}

/** Seconds left at the pace so far; null where nothing says how far it is. */
export function estimateSecondsLeft(snapshot: ProgressSnapshot): number | null {
  const { fraction, startedAt, at, stage } = snapshot;
  if (fraction === null || fraction <= 0 || startedAt === null || stage === null) return null;
  const elapsedSeconds = (at.getTime() - startedAt.getTime()) / 1000;
  return Math.max(0, (elapsedSeconds * (1 - fraction)) / fraction);
}
