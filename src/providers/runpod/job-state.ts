import { z } from 'zod';
import { parseJson } from '../../network/send.ts';
import type { AccountReport } from '../provider.ts';

/** What the database takes for a whole number. */
const maxInteger = 2_147_483_647;
const milliseconds = z.number().min(0).max(maxInteger).optional().catch(undefined);

const jobState = z.object({
  status: z.string(),
  delayTime: milliseconds,
  executionTime: milliseconds,
  /** While the job is in progress: whatever its worker last told of it, which is no result. */
  output: z.unknown().optional(),
  error: z.unknown().optional(),
});

/** How a job stands. */
export type JobState = z.infer<typeof jobState>;

/** Ours: RunPod keeps results for half an hour, and a job in any state no longer than its policy says. */
export const gone: JobState = { status: 'GONE' };

/** Undefined for what tells of no job. */
export function findJobState(bytes: Uint8Array): JobState | undefined {
  return jobState.safeParse(parseJson(bytes)).data;
}

/** Endpoints that RunPod hosts tell what a job cost. */
const costing = z.object({ cost: z.number().min(0).max(1_000) });

/** Undefined where nothing of it is told. */
export function findAccount({ delayTime, executionTime, output }: JobState): AccountReport | undefined {
  const cost = costing.safeParse(output).data?.cost;
  if (delayTime === undefined && executionTime === undefined && cost === undefined) return undefined;
  return {
    type: 'account',
    ...(delayTime === undefined ? {} : { delayMilliseconds: Math.round(delayTime) }),
    ...(executionTime === undefined ? {} : { executionMilliseconds: Math.round(executionTime) }),
    ...(cost === undefined ? {} : { costUsd: cost.toFixed(6) }),
  };
}
