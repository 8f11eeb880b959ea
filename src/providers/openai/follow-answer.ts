import type { ProviderEvent, ShrinkFrame } from '../provider.ts';
import { findMessage, type PartialMessage, type PicturesMessage } from './read-reply.ts';

export interface Partials {
  /** How many were asked for. */
  readonly partialImages: number;
  readonly shrinkFrame: ShrinkFrame;
}

/**
 * Shows each look at the unfinished picture and returns what the server made. Undefined where it ended without: a stream that
 * was cut off between two events ends like any other.
 */
export async function* followAnswer(
  answer: AsyncIterable<unknown>,
  { partialImages, shrinkFrame }: Partials,
): AsyncGenerator<ProviderEvent, PicturesMessage | undefined, undefined> {
  let next = 0;
  for await (const said of answer) {
    const message = findMessage(said);
    if (message?.type === 'pictures') return message;
    if (message === undefined || message.index < next) continue;
    next = message.index + 1;
    yield* showPartial(message, { partialImages, shrinkFrame });
  }
  return undefined;
}

/** The finished picture is the last of the equal parts. */
async function* showPartial(
  { index, source }: PartialMessage,
  { partialImages, shrinkFrame }: Partials,
): AsyncGenerator<ProviderEvent> {
  const fraction = Math.min(index + 1, partialImages) / (partialImages + 1);
  yield { type: 'progress', fraction, step: null, totalSteps: null };
  const frame = await shrinkFrame(Buffer.from(source, 'base64'));
  if (frame !== undefined) yield { type: 'preview', ...frame };
}
