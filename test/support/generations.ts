import { expect } from 'vitest';
import { decodeKey } from '../../src/graphql/global-ids.ts';
import type { Answer, Client, Variables } from './client.ts';
import type { Darkroom } from './darkroom.ts';
import { generate } from './documents.ts';

/** What `follow` asks of each event. */
export interface Progress {
  readonly sequence: number;
  readonly tick: number;
  readonly status: string;
  readonly stage: string | null;
  readonly step: number | null;
  readonly fraction: number | null;
  readonly imagesStored: number;
  readonly attempt: number | null;
  readonly message: string | null;
  readonly event: { readonly type: string; readonly sequence: number } | null;
}

export const ended = ['SUCCEEDED', 'FAILED', 'CANCELLED'];

/** Asks for pictures and answers the generation's global id. */
export async function submit(client: Client, input: Variables): Promise<string> {
  const { generateImage } = await client.query(generate, { input });
  expect(generateImage.__typename, JSON.stringify(generateImage)).toBe('GenerateImageSuccess');
  return generateImage.generation.id;
}

export function toProgress(answer: Answer): Progress {
  if (answer.errors !== undefined) throw new Error(JSON.stringify(answer.errors));
  return answer.data.generationProgress;
}

/** Every snapshot of a subscription until it completes. */
export async function collect(stream: AsyncIterable<Answer>): Promise<readonly Progress[]> {
  return (await Array.fromAsync(stream)).map(toProgress);
}

/** Of a subscription that was asked for `follow`: the stored events, without the ticks between them. */
export function typesOf(snapshots: readonly Progress[]): readonly string[] {
  return snapshots.flatMap(({ event }) => (event === null ? [] : [event.type]));
}

export function expectOrder(snapshots: readonly Progress[]): void {
  const pairs = snapshots.slice(1).map((snapshot, index) => [snapshots[index] ?? snapshot, snapshot] as const);
  for (const [before, after] of pairs) {
    const grows = after.sequence > before.sequence || (after.sequence === before.sequence && after.tick > before.tick);
    expect(grows, `${before.sequence}.${before.tick} is followed by ${after.sequence}.${after.tick}`).toBe(true);
  }
}

/** 1, 2, 3 … */
export function countUp(last: number): readonly number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

export interface Row {
  readonly status: string;
  readonly lastSequence: number;
  readonly sequences: readonly number[];
  readonly types: readonly string[];
  readonly attempts: readonly { readonly number: number; readonly outcome: string; readonly failure: unknown }[];
  readonly images: readonly { readonly position: number; readonly attemptNumber: number; readonly blobName: string }[];
}

/** What the tables hold of a generation; undefined when it is gone. */
export async function readRow({ database }: Darkroom, globalId: string): Promise<Row | undefined> {
  const found = await database.prisma.generation.findUnique({
    where: { id: decodeKey(globalId, 'Generation') },
    include: {
      events: { orderBy: { sequence: 'asc' } },
      attempts: { orderBy: { number: 'asc' } },
      images: { orderBy: { position: 'asc' } },
    },
  });
  if (found === null) return undefined;
  return {
    status: found.status,
    lastSequence: found.lastSequence,
    sequences: found.events.map((event) => event.sequence),
    types: found.events.map((event) => event.type),
    attempts: found.attempts.map(({ number, outcome, failure }) => ({ number, outcome, failure })),
    images: found.images.map(({ position, attemptNumber, blobName }) => ({
      position: position ?? -1,
      attemptNumber: attemptNumber ?? -1,
      blobName,
    })),
  };
}

/** Follows to the end and answers the last snapshot. */
export async function waitForEnd(client: Client, document: string, id: string): Promise<Progress> {
  const last = (await collect(client.subscribe(document, { id }))).at(-1);
  if (last === undefined) throw new Error(`nothing was told of ${id}`);
  return last;
}
