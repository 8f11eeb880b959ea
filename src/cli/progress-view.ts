import type { ProgressView } from './progress-bar.ts';
import type { Progress } from './schema-types.ts';

const stages: Readonly<Record<string, string>> = {
  PREPARING_INPUTS: 'Preparing',
  ENHANCING_PROMPT: 'Enhancing the prompt',
  WAITING_FOR_PROVIDER: 'Waiting for the model',
  GENERATING: 'Generating',
  STORING: 'Storing',
};

/** What people see of a progress. `count` is how many pictures were asked for. */
export function toProgressView(progress: Progress, count: number): ProgressView {
  const { fraction, step, totalSteps, imagesStored } = progress;
  const pictures = count > 1 ? `${imagesStored} of ${count} pictures` : null;
  return { label: labelOf(progress), fraction, step, totalSteps, pictures };
}

function labelOf({ status, stage, queuePosition }: Progress): string {
  if (status === 'CANCELLING') return 'Cancelling';
  if (status === 'QUEUED') return queuePosition ? `Queued behind ${queuePosition}` : 'Queued';
  return stages[stage ?? ''] ?? 'Working';
}
