import type { ProgressSnapshot } from '../domain/progress.ts';
import { builder } from './builder.ts';
import { GenerationStageEnum, GenerationStatusEnum } from './enums.ts';
import { GenerationEventType } from './generation-event.ts';
import { encodeGlobalId } from './global-ids.ts';

export const GenerationProgressType = builder.objectRef<ProgressSnapshot>('GenerationProgress').implement({
  authScopes: { result: true },
  description: 'How a generation stands, as a whole, at one moment.',
  fields: (t) => ({
    generationId: t.id({
      description: 'Of the generation.',
      resolve: ({ generationId }) => encodeGlobalId('Generation', generationId),
    }),
    sequence: t.exposeInt('sequence', {
      description:
        'How many stored events this snapshot includes: 1, 2, 3 … without gaps. Give it back as `afterSequence`.',
    }),
    tick: t.exposeInt('tick', {
      description: 'Ticks since that event, 0 for the event itself. (sequence, tick) only grows.',
    }),
    at: t.expose('at', { type: 'DateTime', description: 'The moment.' }),
    event: t.field({
      type: GenerationEventType,
      nullable: true,
      description: 'The line of the step log that this is; null for a tick.',
      resolve: (snapshot) => (snapshot.tick === 0 ? snapshot : null),
    }),
    status: t.expose('status', { type: GenerationStatusEnum, description: 'Where it stands in its life.' }),
    stage: t.expose('stage', {
      type: GenerationStageEnum,
      nullable: true,
      description: 'Null unless RUNNING or CANCELLING.',
    }),
    attempt: t.exposeInt('attempt', {
      nullable: true,
      description: 'The number of the attempt, from 1; `fraction` starts anew with each.',
    }),
    fraction: t.exposeFloat('fraction', {
      nullable: true,
      description: '0 to 1 over all pictures asked for. Null while the provider does not tell.',
    }),
    step: t.exposeInt('step', { nullable: true, description: 'Steps done.' }),
    totalSteps: t.exposeInt('totalSteps', { nullable: true, description: 'Steps in all.' }),
    imagesStored: t.exposeInt('imagesStored', { description: 'How many pictures are stored so far.' }),
    message: t.exposeString('message', { nullable: true, description: 'More about it, in words for people.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: 'When a worker took it.' }),
  }),
});
