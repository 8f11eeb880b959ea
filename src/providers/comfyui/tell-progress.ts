import type { Clock } from '../../domain/clock.ts';
import type { ProviderEvent, ShrinkFrame } from '../provider.ts';
import type { JobMessage } from './read-message.ts';
import type { Graph } from './read-template.ts';
import { createStepCount } from './step-count.ts';

const previewMilliseconds = 500;

/** Makes events of what is told of one job. */
export interface ProgressTeller {
  /** Undefined where a message tells nothing new. */
  tell(message: JobMessage): Promise<ProviderEvent | undefined>;
}

export interface TellerTools {
  readonly clock: Clock;
  readonly shrinkFrame: ShrinkFrame;
}

export function createProgressTeller(graph: Graph, { clock, shrinkFrame }: TellerTools): ProgressTeller {
  const count = createStepCount(graph);
  let isRunning = false;
  let nextPreviewAt = 0;
  return {
    async tell(message) {
      // A job without a client is told to everybody: a frame that names no job is ours only while ours runs.
      if (message.jobId !== undefined) isRunning = true;
      if (message.type === 'cached') count.leaveOut(message.nodes);
      if (message.type === 'steps') return count.add(message.steps);
      if (message.type !== 'frame' || !isRunning || clock.now() < nextPreviewAt) return undefined;
      nextPreviewAt = clock.now() + previewMilliseconds;
      const frame = await shrinkFrame(message.bytes);
      return frame && { type: 'preview', ...frame };
    },
  };
}
