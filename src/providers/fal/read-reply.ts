import { z } from 'zod';
import { type HttpAnswer, parseJson } from '../../network/send.ts';
import { findTqdmProgress } from '../find-tqdm-progress.ts';
import type { AccountReport, ProgressReport } from '../provider.ts';
import { ProviderError } from '../provider-error.ts';

export function isOk({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}

// It becomes a part of our addresses.
const acceptedSchema = z.object({ request_id: z.string().regex(/^[\w-]{1,128}$/) });

const statusSchema = z.object({
  status: z.string(),
  logs: z.array(z.object({ message: z.string().catch('') })).catch([]),
  metrics: z.object({ inference_time: z.number().nonnegative().optional().catch(undefined) }).catch({}),
  error: z.string().optional().catch(undefined),
  error_type: z.string().optional().catch(undefined),
});
export type RequestStatus = z.infer<typeof statusSchema>;

const flags = z.array(z.boolean()).optional().catch(undefined);
const image = z.object({ url: z.string().regex(/^(https?:\/\/|data:)/i) });

const resultSchema = z.object({
  images: z.array(image).nullish(),
  image: image.nullish(),
  seed: z.number().int().nonnegative().optional().catch(undefined),
  has_nsfw_concepts: flags,
  nsfw_content_detected: flags,
  prompt: z.string().catch(''),
  description: z.string().catch(''),
});

/** Throws `ProviderError` for what is no answer to a submit. */
export function readRequestId({ bytes }: HttpAnswer): string {
  return parse(acceptedSchema, bytes).request_id;
}

/** Throws `ProviderError` for what is none. */
export function readStatus({ bytes }: HttpAnswer): RequestStatus {
  return parse(statusSchema, bytes);
}

export interface Result {
  readonly images: readonly ResultImage[];
  readonly seed: number | undefined;
  /** The wording that the model worked with. */
  readonly prompt: string;
  /** What it said beside its pictures. */
  readonly text: string;
}

export interface ResultImage {
  readonly url: string;
  /** A refused picture is there all the same, and black. */
  readonly isRefused: boolean;
}

/** Throws `ProviderError` for what is none. */
export function readResult({ bytes }: HttpAnswer): Result {
  const { images, image: only, seed, prompt, description, ...rest } = parse(resultSchema, bytes);
  const refused = rest.has_nsfw_concepts ?? rest.nsfw_content_detected ?? [];
  const all = images ?? (only ? [only] : []);
  return {
    images: all.map(({ url }, index) => ({ url, isRefused: refused[index] ?? false })),
    seed,
    prompt,
    text: description,
  };
}

function parse<Reply>(schema: z.ZodType<Reply>, bytes: Uint8Array): Reply {
  const { success, data } = schema.safeParse(parseJson(bytes));
  if (success) return data;
  const message = 'fal answered with something that it does not describe.';
  throw new ProviderError(message, { code: 'PROVIDER_BAD_RESPONSE', retryable: true });
}

/** A failure is COMPLETED too. A status that is not known yet is waited out: our own time limit ends that. */
export function isEnded({ status }: RequestStatus): boolean {
  return status === 'COMPLETED';
}

/** A place in the queue says nothing about how far the work is. */
export function toProgress({ status, logs }: RequestStatus): ProgressReport | undefined {
  if (status !== 'IN_PROGRESS') return undefined;
  const log = logs.map(({ message }) => message).join('\n');
  return findTqdmProgress(log) ?? { type: 'progress', fraction: null, step: null, totalSteps: null };
}

export function toAccount({ metrics }: RequestStatus): AccountReport | undefined {
  const { inference_time: seconds } = metrics;
  if (seconds === undefined) return undefined;
  return { type: 'account', executionMilliseconds: Math.round(seconds * 1000) };
}
