import type { ProgressSnapshot } from '../../src/domain/progress.ts';

/** A snapshot of a running generation. */
export function createSnapshot(given: Partial<ProgressSnapshot> = {}): ProgressSnapshot {
  return {
    generationId: '01990000-0000-7000-8000-000000000000',
    sequence: 1,
    tick: 0,
    at: new Date(0),
    type: 'CALLING_PROVIDER',
    message: null,
    attempt: 1,
    status: 'RUNNING',
    stage: 'GENERATING',
    fraction: null,
    step: null,
    totalSteps: null,
    imagesStored: 0,
    startedAt: new Date(0),
    previewNumber: 0,
    ...given,
  };
}
