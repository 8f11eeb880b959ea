import type { Engine } from './engine.ts';
import { type Ending, historyReply, queueReply, toEnding } from './read-reply.ts';
import { createLost } from './to-failure.ts';

/** A server that is busy loading a model may take its time; one that takes longer is asked again. */
const patienceMilliseconds = 30_000;

export interface JobQuestion {
  readonly id: string;
  readonly signal: AbortSignal;
}

/** Undefined while the job has not ended, or is not known. */
export async function findEnding(engine: Engine, { id, signal }: JobQuestion): Promise<Ending | undefined> {
  const path = `/history/${encodeURIComponent(id)}`;
  const { [id]: record } = await engine.ask(historyReply, { method: 'GET', path, signal: limit(signal) });
  return record === undefined ? undefined : toEnding(record, engine.clean);
}

/** The same, but finds out also when the job is not known. The answer holds everybody's workflows: not to be asked often. */
export async function findEndingOrLoss(engine: Engine, question: JobQuestion): Promise<Ending | undefined> {
  const ending = await findEnding(engine, question);
  if (ending !== undefined || (await isQueued(engine, question))) return ending;
  // It may have ended between the two answers.
  return (await findEnding(engine, question)) ?? { error: createLost() };
}

async function isQueued(engine: Engine, { id, signal }: JobQuestion): Promise<boolean> {
  const queue = await engine.ask(queueReply, { method: 'GET', path: '/queue', signal: limit(signal) });
  return queue.queue_running.includes(id) || queue.queue_pending.includes(id);
}

function limit(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(patienceMilliseconds)]);
}
