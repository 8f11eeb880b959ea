export const generationStatuses = ['QUEUED', 'RUNNING', 'CANCELLING', 'SUCCEEDED', 'FAILED', 'CANCELLED'] as const;
export type GenerationStatus = (typeof generationStatuses)[number];

export const unfinishedStatuses = ['QUEUED', 'RUNNING', 'CANCELLING'] as const satisfies readonly GenerationStatus[];
/** A worker holds it: these are the statuses in which a run may write. */
export const runningStatuses = ['RUNNING', 'CANCELLING'] as const satisfies readonly GenerationStatus[];
export const endedStatuses = ['SUCCEEDED', 'FAILED', 'CANCELLED'] as const satisfies readonly GenerationStatus[];
export type EndedStatus = (typeof endedStatuses)[number];

export function isEnded(status: GenerationStatus): status is EndedStatus {
  return (endedStatuses as readonly GenerationStatus[]).includes(status);
}
