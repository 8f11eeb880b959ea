import { type ProgressAnswer, type ProgressQuestion, readProgress } from '../database/read-progress.ts';
import { isEnded } from '../domain/generation-status.ts';
import { isNewer, type ProgressPosition, type ProgressSnapshot } from '../domain/progress.ts';
import { InvalidInput, NotFound } from '../domain/user-errors.ts';
import type { Mailbox } from '../hints/mailbox.ts';
import { SlowReader } from '../hints/slow-reader.ts';
import type { GenerationDependencies } from './dependencies.ts';
import { StreamLost } from './stream-lost.ts';

type Dependencies = Pick<GenerationDependencies, 'database' | 'hub'>;

export interface WatchQuestion extends ProgressQuestion {
  /** Whether the reader may read what this user owns. */
  readonly mayRead: (ownerId: string) => boolean;
}

/**
 * Follows one generation to its end. Without `afterSequence` the first snapshot is how it stands; with it, first come the
 * stored events after it. Throws `NotFound` and `InvalidInput`. The iterator throws `StreamLost` to a reader that was too slow.
 */
export async function watchGeneration(
  { database, hub }: Dependencies,
  question: WatchQuestion,
): Promise<AsyncIterableIterator<ProgressSnapshot>> {
  const read = async (afterSequence: number | undefined) => {
    const answers = await readProgress(database.pool, [{ generationId: question.generationId, afterSequence }]);
    return answers.get(question.generationId);
  };
  // Opened before the first look, so that nothing falls between the look and the first hint.
  const mailbox = hub.open(question.generationId);
  try {
    const answer = await read(question.afterSequence);
    if (answer === undefined || !question.mayRead(answer.userId)) throw new NotFound('generation');
    checkAfterSequence(question.afterSequence, answer);
    const backlog = toBacklog(answer, question.afterSequence);
    if (backlog.length === 0 && isEnded(answer.current.status)) mailbox[Symbol.dispose]();
    return createStream({ mailbox, backlog, afterSequence: question.afterSequence ?? 0 }, async (afterSequence) => {
      const later = await read(afterSequence);
      return later === undefined ? undefined : toBacklog(later, afterSequence);
    });
  } catch (error) {
    mailbox[Symbol.dispose]();
    throw error;
  }
}

function checkAfterSequence(afterSequence: number | undefined, { lastSequence }: ProgressAnswer): void {
  if (afterSequence === undefined || (afterSequence >= 0 && afterSequence <= lastSequence)) return;
  const message = `“afterSequence” is ${afterSequence}, but this generation has the events 1 to ${lastSequence}.`;
  throw new InvalidInput([{ path: ['afterSequence'], message }]);
}

/** The stored events after a sequence, then how it stands where that is newer. */
function toBacklog({ events, current }: ProgressAnswer, afterSequence: number | undefined): ProgressSnapshot[] {
  const last = events.at(-1) ?? { sequence: afterSequence ?? 0, tick: 0 };
  return isNewer(current, last) ? [...events, current] : [...events];
}

interface Stream {
  readonly mailbox: Mailbox;
  /** What was read from the table and comes first. */
  backlog: readonly ProgressSnapshot[];
  readonly afterSequence: number;
}

/** Undefined when the generation is gone. */
type ReadLater = (afterSequence: number) => Promise<readonly ProgressSnapshot[] | undefined>;

/**
 * Written by hand: while an `async function*` waits, its `return()` waits too and frees nothing until the next snapshot.
 */
function createStream(stream: Stream, readLater: ReadLater): AsyncIterableIterator<ProgressSnapshot> {
  const { mailbox, afterSequence } = stream;
  let backlog = [...stream.backlog];
  let last = { sequence: afterSequence, tick: 0, previewNumber: 0 };

  const findNext = async (): Promise<ProgressSnapshot | undefined> => {
    for (;;) {
      const next = backlog.shift() ?? (await mailbox.take());
      if (next === undefined) return undefined;
      if (!isNewer(next, last)) continue;
      if (!isGap(last, next)) return next;
      const later = await readLater(last.sequence);
      if (later === undefined) return isEnded(next.status) ? next : undefined;
      backlog = [...later];
    }
  };

  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const snapshot = await findNext().catch((error: unknown) => {
        mailbox[Symbol.dispose]();
        throw error instanceof SlowReader ? new StreamLost(last.sequence) : error;
      });
      if (snapshot === undefined || isEnded(snapshot.status)) mailbox[Symbol.dispose]();
      if (snapshot === undefined) return { done: true, value: undefined };
      const isSameFrame = snapshot.previewNumber === last.previewNumber;
      const previewNumber = Math.max(last.previewNumber, snapshot.previewNumber);
      last = { sequence: snapshot.sequence, tick: snapshot.tick, previewNumber };
      return { done: false, value: isSameFrame ? { ...snapshot, previewNumber: 0 } : snapshot };
    },
    async return() {
      backlog = [];
      mailbox[Symbol.dispose]();
      return { done: true, value: undefined };
    },
  };
}

/** True when a stored event lies between the two. The first snapshot of a stream follows on nothing. */
function isGap(last: ProgressPosition, next: ProgressPosition): boolean {
  if (last.sequence === 0) return false;
  return next.sequence > last.sequence + 1 || (next.sequence > last.sequence && next.tick > 0);
}
