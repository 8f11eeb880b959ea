import { z } from 'zod';
import { parseJson } from '../../network/send.ts';
import { executionError } from './to-failure.ts';

/** How far a node is. */
export interface NodeSteps {
  readonly node: string;
  readonly value: number;
  readonly max: number;
}

/** What ComfyUI tells of a job. Where it names none, the job is the one that runs. */
export type JobMessage = { readonly jobId: string | undefined } & (
  | { readonly type: 'started' | 'ended' | 'interrupted' }
  | { readonly type: 'cached'; readonly nodes: readonly string[] }
  | { readonly type: 'steps'; readonly steps: readonly NodeSteps[] }
  | { readonly type: 'failed'; readonly error: z.infer<typeof executionError> }
  | { readonly type: 'frame'; readonly bytes: Uint8Array }
);

const job = z.object({ prompt_id: z.string().optional() });
const node = z.union([z.string(), z.number()]).transform(String);
const steps = z.object({ value: z.number().nonnegative(), max: z.number().positive() });

const textMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('execution_start'), data: job }),
  z.object({ type: z.literal('execution_cached'), data: job.extend({ nodes: z.array(z.string()) }) }),
  z.object({ type: z.literal('executing'), data: job.extend({ node: node.nullable() }) }),
  z.object({ type: z.literal('progress'), data: job.extend({ ...steps.shape, node: node.nullish() }) }),
  z.object({ type: z.literal('progress_state'), data: job.extend({ nodes: z.record(z.string(), steps) }) }),
  z.object({ type: z.literal('execution_error'), data: job.extend(executionError.shape) }),
  z.object({ type: z.literal('execution_interrupted'), data: job }),
]);

/** Undefined for what is of no interest, or cannot be read. */
export function readText(bytes: Uint8Array): JobMessage | undefined {
  const { data: message } = textMessage.safeParse(parseJson(bytes));
  if (message === undefined) return undefined;
  const { type, data } = message;
  const jobId = data.prompt_id;
  if (type === 'execution_start') return { type: 'started', jobId };
  if (type === 'executing') return { type: data.node === null ? 'ended' : 'started', jobId };
  if (type === 'execution_interrupted') return { type: 'interrupted', jobId };
  if (type === 'execution_cached') return { type: 'cached', jobId, nodes: data.nodes };
  if (type === 'execution_error') return { type: 'failed', jobId, error: data };
  if (type === 'progress') return { type: 'steps', jobId, steps: [{ ...data, node: data.node ?? '' }] };
  return {
    type: 'steps',
    jobId,
    steps: Object.entries(data.nodes).map(([id, { value, max }]) => ({ node: id, value, max })),
  };
}

/** Of the binary messages two are frames: 1, and 4 where the client said that it understands what comes with it. */
const plainFrame = 1;
const describedFrame = 4;
const headBytes = 8;

/** Undefined for what is no frame. */
export function readFrame(message: Buffer): JobMessage | undefined {
  if (message.byteLength <= headBytes) return undefined;
  const kind = message.readUInt32BE(0);
  if (kind === plainFrame) return { type: 'frame', jobId: undefined, bytes: message.subarray(headBytes) };
  if (kind !== describedFrame) return undefined;
  const end = headBytes + message.readUInt32BE(4);
  const { data: description } = job.safeParse(parseJson(message.subarray(headBytes, end)));
  if (description === undefined) return undefined;
  return { type: 'frame', jobId: description.prompt_id, bytes: message.subarray(end) };
}
