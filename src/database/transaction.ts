import { ExponentialBackoff, handleWhenResult, retry } from 'cockatiel';
import type pg from 'pg';
import { limitQueries } from './limit-queries.ts';
import { isOutage, isUndone } from './outage.ts';

const repeats = 2;
/** A transaction that began longer ago is not repeated: somebody waits for it. */
const repeatMilliseconds = {
  // PostgreSQL looks for a deadlock after a second.
  undone: 2_000,
  lost: 500,
} as const;

/** The connection of a transaction. */
export interface Transaction extends Pick<pg.ClientBase, 'query'> {
  /**
   * Sends a statement together with the COMMIT: what it locks is locked for no round trip. Where PostgreSQL refuses it, nothing is
   * committed, and the transaction throws that.
   */
  atLast(statement: pg.QueryConfig): void;
}

type Work<Result> = (transaction: Transaction) => Promise<Result>;

type Outcome<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  /** `undone` by the database, `lost` with its connection before the COMMIT: nothing is left of either. */
  | { readonly kind: 'undone' | 'lost' | 'failed'; readonly error: unknown };

/**
 * Runs `work` in one transaction: committed when it resolves, rolled back when it throws. Where the database undid it because of
 * another one, or the connection broke before the end was asked for, it runs again: twice at the most, and only while that is quick.
 * When the answer to the COMMIT is lost it does not, since it may be committed.
 */
export async function runTransaction<Result>(pool: pg.Pool, work: Work<Result>): Promise<Result> {
  const startedAt = performance.now();
  const first = await tryTransaction(pool, work);
  if (first.kind === 'done') return first.result;
  const mayRepeat = (outcome: unknown) => {
    const { kind } = outcome as Outcome<Result>;
    return (kind === 'undone' || kind === 'lost') && performance.now() - startedAt < repeatMilliseconds[kind];
  };
  const policy = retry(handleWhenResult(mayRepeat), {
    maxAttempts: repeats,
    backoff: new ExponentialBackoff({ initialDelay: 20, maxDelay: 200 }),
  });
  const outcome = await policy.execute(({ attempt }) => (attempt === 0 ? first : tryTransaction(pool, work)));
  if (outcome.kind === 'done') return outcome.result;
  throw outcome.error;
}

async function tryTransaction<Result>(pool: pg.Pool, work: Work<Result>): Promise<Outcome<Result>> {
  let committing = false;
  try {
    const result = await withConnection(pool, async ({ query }) => {
      // Not waited for: the first statement is sent along with it.
      const begun = query('BEGIN');
      begun.catch(ignore);
      const last: pg.QueryConfig[] = [];
      const made = await work({ query, atLast: (statement) => last.push(statement) });
      await begun;
      committing = true;
      await commit(query, last);
      return made;
    });
    return { kind: 'done', result };
  } catch (error) {
    const isLost = isOutage(error) && !committing;
    return { kind: isUndone(error) ? 'undone' : isLost ? 'lost' : 'failed', error };
  }
}

/** After a statement that failed, a COMMIT rolls back and says so, but does not fail itself. */
async function commit(query: pg.ClientBase['query'], last: readonly pg.QueryConfig[]): Promise<void> {
  const sent = [...last, 'COMMIT'].map((statement) => query(statement as pg.QueryConfig));
  const outcomes = await Promise.allSettled(sent);
  const failed = outcomes.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  const { command } = (await sent.at(-1)) ?? {};
  if (command !== 'COMMIT') throw new Error(`A transaction ended with ${command}: one of its statements had failed.`);
}

type Connected<Result> = (client: Pick<pg.ClientBase, 'query'>) => Promise<Result>;

async function withConnection<Result>(pool: pg.Pool, work: Connected<Result>): Promise<Result> {
  const startedAt = performance.now();
  const client = await pool.connect();
  // A connection that breaks fails the statement that runs; without a listener it would end the process as well.
  client.on('error', ignore);
  try {
    const result = await work(limitQueries(client, startedAt));
    release(client);
    return result;
  } catch (error) {
    release(client, await rollBack(client, error));
    throw error;
  }
}

/**
 * Answers why the connection is closed instead of being returned to the pool. One that does not answer is not asked to roll
 * back: that would not be answered either, and the server rolls back what loses its connection.
 */
async function rollBack(client: pg.PoolClient, error: unknown): Promise<Error | undefined> {
  if (isOutage(error)) return error as Error;
  return client.query('ROLLBACK').then(
    () => undefined,
    (failure: Error) => failure,
  );
}

function release(client: pg.PoolClient, error?: Error): void {
  client.off('error', ignore);
  client.release(error);
}

function ignore(): void {}
