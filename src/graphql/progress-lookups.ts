import { readPreview, type StoredPreview } from '../database/read-preview.ts';
import { estimateSecondsLeft } from '../domain/progress.ts';
import { builder } from './builder.ts';
import { toDataUrl } from './data-url.ts';
import { GenerationType } from './generation.ts';
import { GenerationProgressType } from './progress.ts';
import { toSelection } from './selection.ts';

const PreviewFrameType = builder.objectRef<StoredPreview>('PreviewFrame').implement({
  authScopes: { result: true },
  description: 'A look at an unfinished picture.',
  fields: (t) => ({
    number: t.exposeInt('number', { description: 'Counts the frames of a generation, from 1.' }),
    dataUrl: t.string({
      description: 'At most 64 KB.',
      resolve: ({ mediaType, bytes }) => toDataUrl(mediaType, bytes),
    }),
    width: t.exposeInt('width', { description: 'In pixels, 512 at most.' }),
    height: t.exposeInt('height', { description: 'In pixels, 512 at most.' }),
  }),
});

// What a snapshot does not hold: it is looked up when a client asks for it.
builder.objectFields(GenerationProgressType, (t) => ({
  queuePosition: t.int({
    nullable: true,
    description: 'Roughly how many generations run before this one. Null unless QUEUED.',
    resolve: ({ status, generationId }, _, { loaders }) =>
      status === 'QUEUED' ? loaders.queuePosition.load(generationId) : null,
  }),
  etaSeconds: t.float({
    nullable: true,
    description: 'Seconds left at the pace so far.',
    resolve: estimateSecondsLeft,
  }),
  preview: t.field({
    type: PreviewFrameType,
    nullable: true,
    description: 'Null when it is the frame that the previous event of this stream carried.',
    resolve: ({ previewNumber, generationId }, _, { services }) =>
      previewNumber === 0 ? null : readPreview(services.database.pool, generationId),
  }),
  generation: t.field({
    type: GenerationType,
    nullable: true,
    description:
      'As it stands now, which may be later than this event. Null when it cannot be read: the event itself still counts.',
    resolve: async ({ generationId }, _, context, info) => {
      const query = toSelection(context, info);
      const found = context.database.generation.findUnique({ ...query, where: { id: generationId } });
      return found.catch((error: Error) => {
        context.services.log.warn({ error: error.message, generationId }, 'a followed generation could not be read');
        return null;
      });
    },
  }),
}));
