import { toPreview } from '../preview.ts';
import type { ProviderEvent } from '../provider.ts';
import { findMessage, type PartialMessage, type PicturesMessage } from './read-reply.ts';

/**
 * Shows each look at the unfinished picture and returns what the server made. Undefined where it ended without: a stream that
 * was cut off between two events ends like any other.
 */
export async function* followAnswer(
  answer: AsyncIterable<unknown>,
  partialImages: number,
): AsyncGenerator<ProviderEvent, PicturesMessage | undefined, undefined> {
  let next = 0;
  for await (const said of answer) {
    const message = findMessage(said);
    if (message?.type === 'pictures') return message;
    if (message === undefined || message.index < next) continue;
    next = message.index + 1;
    yield* showPartial(message, partialImages);
  }
  return undefined;
}

/** The finished picture is the last of the equal parts. */
async function* showPartial({ index, source }: PartialMessage, partialImages: number): AsyncGenerator<ProviderEvent> {
  const fraction = Math.min(index + 1, partialImages) / (partialImages + 1);
  yield { type: 'progress', fraction, step: null, totalSteps: null };
  const preview = await toPreview(Buffer.from(source, 'base64'));
  if (preview !== undefined) yield preview;
}
