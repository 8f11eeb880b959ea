import type { Connection } from './database.ts';
import { createStepStatement, type RecordedStep, recordStep, type Step } from './step-statement.ts';

const statement = createStepStatement({ name: 'record-event' });

/** A step that changes nothing but the log. */
export function recordEvent(connection: Connection, step: Step): Promise<RecordedStep | undefined> {
  return recordStep(connection, statement, step);
}
