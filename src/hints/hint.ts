import { z } from 'zod';
import { generationStatuses } from '../domain/generation-status.ts';
import type { ProgressSnapshot } from '../domain/progress.ts';
import { type EventType, eventTypes, type GenerationStage, generationStages } from '../domain/progress.ts';

/** “Something changed”, said between processes. Never the truth: whoever misses one finds it in the tables. */
export type Hint =
  | { readonly kind: 'progress'; readonly snapshot: ProgressSnapshot }
  /** A generation is waiting for a worker. */
  | { readonly kind: 'work' }
  /** A generation was asked to stop. */
  | { readonly kind: 'cancel'; readonly generationId: string }
  /** A provider has news of a call: its poll need not wait. */
  | { readonly kind: 'look'; readonly generationId: string; readonly attempt: number }
  /** Somebody may no longer be let in: a key was revoked, or an account disabled. */
  | { readonly kind: 'unwelcome'; readonly userId: string };

/** Tells watchers, workers and runs, in this process at once and in the others soon. Only of what is committed. */
export type Announce = (hint: Hint) => void;

const snapshotSchema = z.object({
  generationId: z.string(),
  sequence: z.int(),
  tick: z.int(),
  at: z.coerce.date(),
  type: z.enum(eventTypes satisfies readonly EventType[]),
  message: z.string().nullable(),
  attempt: z.int().nullable(),
  status: z.enum(generationStatuses),
  stage: z.enum(generationStages satisfies readonly GenerationStage[]).nullable(),
  fraction: z.number().nullable(),
  step: z.int().nullable(),
  totalSteps: z.int().nullable(),
  imagesStored: z.int(),
  startedAt: z.coerce.date().nullable(),
  previewNumber: z.int(),
});

const hintSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), snapshot: snapshotSchema }),
  z.object({ kind: z.literal('work') }),
  z.object({ kind: z.literal('cancel'), generationId: z.string() }),
  z.object({ kind: z.literal('look'), generationId: z.string(), attempt: z.int() }),
  z.object({ kind: z.literal('unwelcome'), userId: z.string() }),
]);

const messageSchema = z.object({ from: z.string(), hints: z.array(hintSchema) });

/** Several hints of one process, as they travel. */
export interface HintMessage {
  readonly from: string;
  readonly hints: readonly Hint[];
}

/** Throws on what is no hint message. */
export function parseHintMessage(text: string): HintMessage {
  return messageSchema.parse(JSON.parse(text));
}

/** Packs hints into as few messages as fit, each under `maxBytes`. A hint that fits into none is left to the backstop. */
export function packHints(from: string, hints: readonly Hint[], maxBytes: number): readonly string[] {
  const head = `{"from":${JSON.stringify(from)},"hints":[`;
  const messages: string[] = [];
  let parts: string[] = [];
  let size = head.length + 2;
  for (const hint of hints) {
    const part = JSON.stringify(hint);
    const partSize = Buffer.byteLength(part) + 1;
    if (head.length + 2 + partSize > maxBytes) continue;
    if (parts.length > 0 && size + partSize > maxBytes) {
      messages.push(`${head}${parts.join(',')}]}`);
      parts = [];
      size = head.length + 2;
    }
    parts.push(part);
    size += partSize;
  }
  if (parts.length > 0) messages.push(`${head}${parts.join(',')}]}`);
  return messages;
}
