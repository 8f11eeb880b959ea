export const generationStatuses = ['QUEUED', 'RUNNING', 'CANCELLING', 'SUCCEEDED', 'FAILED', 'CANCELLED'] as const;
export type GenerationStatus = (typeof generationStatuses)[number];

const endedStatuses = ['SUCCEEDED', 'FAILED', 'CANCELLED'] as const satisfies readonly GenerationStatus[];
export type EndedStatus = (typeof endedStatuses)[number];

export function isEnded(status: GenerationStatus): status is EndedStatus {
  return (endedStatuses as readonly GenerationStatus[]).includes(status);
}
