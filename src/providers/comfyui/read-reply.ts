import { z } from 'zod';
import type { ProviderError } from '../provider-error.ts';
import { createInterrupted, executionError, toExecutionFailure } from './to-failure.ts';

export const uploadReply = z.object({ name: z.string(), subfolder: z.string().default('') });

export const submitReply = z.object({ prompt_id: z.string().min(1) });

/** An entry is a list: its number, the job's id, its graph and more. */
const queueEntry = z.array(z.unknown()).transform(([, id]) => id);

/** The ids of the jobs that run and wait. */
export const queueReply = z.object({ queue_running: z.array(queueEntry), queue_pending: z.array(queueEntry) });

const tale = z
  .tuple([z.string(), executionError.extend({ timestamp: z.number().optional().catch(undefined) })])
  .transform(([type, data]) => ({ type, data }));

const record = z.object({
  prompt: z.array(z.unknown()).catch([]),
  outputs: z.record(z.string(), z.unknown()).catch({}),
  status: z
    .object({ status_str: z.string().optional(), messages: z.array(z.unknown()).catch([]) })
    .nullish()
    .catch(undefined),
});

/** By the job's id; empty until it has ended. */
export const historyReply = z.record(z.string(), record);

/** A picture that ComfyUI keeps. */
export interface OutputFile {
  readonly filename: string;
  readonly subfolder: string;
}

/** How a job ended. */
export type Ending = { readonly error: ProviderError } | MadePictures;

export interface MadePictures {
  readonly files: readonly OutputFile[];
  readonly delayMilliseconds: number | undefined;
  readonly executionMilliseconds: number | undefined;
}

export function toEnding(
  { prompt, outputs, status }: z.infer<typeof record>,
  clean: (words: string) => string,
): Ending {
  const tales = (status?.messages ?? []).flatMap((message) => tale.safeParse(message).data ?? []);
  const find = (name: string) => tales.find(({ type }) => type === name)?.data;
  if (status?.status_str === 'error') {
    const interrupted = find('execution_interrupted') !== undefined;
    return { error: interrupted ? createInterrupted() : toExecutionFailure(find('execution_error') ?? {}, clean) };
  }
  const started = find('execution_start')?.timestamp;
  return {
    files: Object.values(outputs).flatMap(readFiles),
    delayMilliseconds: toDuration(readCreateTime(prompt), started),
    executionMilliseconds: toDuration(started, find('execution_success')?.timestamp),
  };
}

const outputFile = z.object({ filename: z.string(), subfolder: z.string().default(''), type: z.literal('output') });
const output = z.object({ images: z.array(z.unknown()) });

/** Nodes that only show a picture write it as `temp`. */
function readFiles(nodeOutput: unknown): readonly OutputFile[] {
  const images = output.safeParse(nodeOutput).data?.images ?? [];
  return images.flatMap((image) => outputFile.safeParse(image).data ?? []);
}

/** New servers note when they took the job, among its extra data. */
function readCreateTime([, , , extraData]: readonly unknown[]): number | undefined {
  return z.object({ create_time: z.number() }).safeParse(extraData).data?.create_time;
}

function toDuration(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : Math.max(0, to - from);
}
