import { mayRead } from '../accounts/administrator.ts';
import type { ProgressSnapshot } from '../domain/progress.ts';
import { watchGeneration } from '../generations/watch.ts';
import { toSubscriptionError } from './bad-input.ts';
import { builder } from './builder.ts';
import { decodeKey } from './global-ids.ts';
import { GenerationProgressType } from './progress.ts';

builder.subscriptionField('generationProgress', (t) =>
  t.field({
    type: GenerationProgressType,
    authScopes: { read: true },
    description:
      'Follows one generation to its end, then completes. Without `afterSequence`: first the snapshot as it stands. With it: ' +
      'first every stored event after it, each as the snapshot of its moment, then the snapshot as it stands if that is ' +
      'newer. An ended generation with nothing newer completes at once. Unknown ids and bad arguments are top-level errors ' +
      '(NOT_FOUND, BAD_USER_INPUT). A reader that is too slow loses this stream with an error whose extensions are ' +
      '`{ code: SLOW_READER, resumeAfterSequence }`. An event that carries errors means: ask again with `afterSequence`.',
    args: {
      id: t.arg.id({ required: true, description: 'Of a generation.' }),
      afterSequence: t.arg.int({ description: 'The `sequence` of the last event that was seen.' }),
    },
    async subscribe(_, { id, afterSequence }, { services, viewer, signal }) {
      const generationId = decodeKey(id, 'Generation');
      const question = {
        generationId,
        mayRead: (ownerId: string) => mayRead(viewer, ownerId),
        afterSequence: afterSequence ?? undefined,
      };
      try {
        const stream = await watchGeneration(services, question);
        // Who left while the stream was being opened is not told to close it.
        if (signal.aborted) await stream.return?.();
        return endWithError(stream);
      } catch (error) {
        throw toSubscriptionError(error);
      }
    },
    resolve(snapshot) {
      if (snapshot instanceof Error) throw toSubscriptionError(snapshot);
      return snapshot;
    },
  }),
);

/** An error becomes the last event: thrown, it would cut an event stream without a word. */
function endWithError(
  stream: AsyncIterableIterator<ProgressSnapshot>,
): AsyncIterableIterator<ProgressSnapshot | Error> {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => stream.next().catch((error: Error) => ({ done: false, value: error })),
    return: async () => (await stream.return?.()) ?? { done: true, value: undefined },
  };
}
