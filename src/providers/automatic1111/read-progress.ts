import { z } from 'zod';
import { type HttpAnswer, parseJson } from '../../network/send.ts';

const taskSchema = z.object({
  active: z.boolean().catch(false),
  queued: z.boolean().catch(false),
  progress: z.number().nullish().catch(null),
  live_preview: z.string().nullish().catch(null),
  id_live_preview: z.int().nullish().catch(null),
});

const count = z.int().min(0).catch(0);
const engineSchema = z.object({
  progress: z.number().nullish().catch(null),
  current_image: z.string().nullish().catch(null),
  state: z.object({ job_count: count, job_no: count, sampling_step: count, sampling_steps: count }).optional(),
});

/** What the engine tells about one task, and about no other. */
export interface TaskState {
  readonly active: boolean;
  readonly queued: boolean;
  readonly fraction: number;
  /** A data URL. */
  readonly preview: string | null;
  readonly previewId: number | null;
}

/** What the engine tells about whatever it works at. */
export interface EngineState {
  readonly fraction: number;
  readonly steps: Steps | null;
  /** Base64. */
  readonly preview: string | null;
}

export interface Steps {
  readonly done: number;
  readonly total: number;
}

/** Undefined where the answer tells nothing. */
export function findTaskState({ status, bytes }: HttpAnswer): TaskState | undefined {
  const { data } = taskSchema.safeParse(parseJson(bytes));
  if (status !== 200 || data === undefined) return undefined;
  const { active, queued, progress, live_preview: preview = null, id_live_preview: previewId = null } = data;
  return { active, queued, fraction: progress ?? 0, preview, previewId };
}

/** Undefined where the answer tells nothing. */
export function findEngineState({ status, bytes }: HttpAnswer): EngineState | undefined {
  const { data } = engineSchema.safeParse(parseJson(bytes));
  if (status !== 200 || data === undefined) return undefined;
  const { progress, current_image: preview = null, state } = data;
  return { fraction: progress ?? 0, steps: state === undefined ? null : toSteps(state), preview };
}

interface Jobs {
  readonly job_count: number;
  readonly job_no: number;
  readonly sampling_step: number;
  readonly sampling_steps: number;
}

/** Before it has looked at its task the engine counts no jobs, or -1 of them. */
function toSteps({ job_count, job_no, sampling_step, sampling_steps }: Jobs): Steps | null {
  const total = job_count * sampling_steps;
  if (total === 0) return null;
  return { done: Math.min(total, job_no * sampling_steps + sampling_step), total };
}
