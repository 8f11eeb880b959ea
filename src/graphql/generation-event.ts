import type { EventType } from '../domain/progress.ts';
import { builder } from './builder.ts';
import { EventTypeEnum } from './enums.ts';

/** A line of the step log: a row, or the event that a snapshot is. */
export interface LoggedEvent {
  readonly sequence: number;
  readonly at: Date;
  readonly type: EventType;
  readonly message: string | null;
  readonly attempt: number | null;
}

export const GenerationEventType = builder.objectRef<LoggedEvent>('GenerationEvent').implement({
  authScopes: { result: true },
  description: 'A line of the step log.',
  fields: (t) => ({
    sequence: t.exposeInt('sequence', { description: '1, 2, 3 … without gaps.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it happened.' }),
    type: t.expose('type', { type: EventTypeEnum, description: 'What happened.' }),
    message: t.exposeString('message', { nullable: true, description: 'More about it, in words for people.' }),
    attempt: t.exposeInt('attempt', { nullable: true, description: 'The number of the attempt that it belongs to.' }),
  }),
});
