import type { EventType } from '../domain/progress.ts';
import { AttemptType } from './attempt.ts';
import { builder } from './builder.ts';
import { GenerationType } from './generation.ts';
import { GenerationEventType } from './generation-event.ts';
import { GenerationInputType } from './generation-input.ts';
import { ImageType } from './image.ts';
import { GenerationProgressType } from './progress.ts';
import { PromptType } from './prompt.ts';
import { UserType } from './user.ts';

const maxEvents = 500;

// What is kept in rows of its own.
builder.prismaObjectFields(GenerationType, (t) => ({
  user: t.relation('user', { type: UserType, description: 'Who asked for it.' }),
  prompts: t.relation('prompts', {
    type: PromptType,
    description: 'Every wording, oldest first.',
    query: { orderBy: { position: 'asc' } },
  }),
  inputs: t.relation('inputs', {
    type: GenerationInputType,
    description: 'The input images, in their order.',
    query: { orderBy: { position: 'asc' } },
  }),
  images: t.relation('images', {
    type: ImageType,
    description: 'The pictures that are stored so far, in their order.',
    query: { orderBy: { position: 'asc' } },
  }),
  progress: t.field({
    type: GenerationProgressType,
    description: 'How it stands.',
    select: { id: true },
    async resolve({ id }, _, { loaders }) {
      const snapshot = await loaders.progress.load(id);
      if (snapshot === null) throw new Error(`Generation ${id} has no events.`);
      return snapshot;
    },
  }),
  events: t.field({
    type: [GenerationEventType],
    description: `The step log, oldest first. At most ${maxEvents}.`,
    args: { afterSequence: t.arg.int({ description: 'Only what came after this one.' }) },
    complexity: { field: 1, multiplier: 20 },
    select: ({ afterSequence }) => ({
      events: {
        where: { sequence: { gt: afterSequence ?? 0 } },
        orderBy: { sequence: 'asc' },
        take: maxEvents,
      },
    }),
    resolve: ({ events }) => events.map((event) => ({ ...event, type: event.type as EventType })),
  }),
  attempts: t.relation('attempts', {
    type: AttemptType,
    description: 'Every call that may cost, oldest first.',
    query: { orderBy: { number: 'asc' } },
  }),
  retryOf: t.relation('retryOf', { nullable: true, description: 'The generation that this one repeats.' }),
}));
