import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { Logger } from '../log.ts';
import { PrismaClient } from './generated/client.ts';
import { createStatementNames } from './statement-names.ts';
import { createViewerScopes, type ViewerDatabase } from './viewer-scope.ts';

/** One pool for both ways in: Prisma for reads, named statements for the writes that race with each other. */
export interface Database extends AsyncDisposable {
  readonly prisma: PrismaClient;
  readonly pool: pg.Pool;
  /** Reads what is this user's, nothing else. */
  forViewer(userId: string): ViewerDatabase;
  /** Runs `work` in one transaction on one connection: committed when it resolves, rolled back when it throws. */
  transaction<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result>;
}

/** Where a statement can run: the pool, or the connection of a transaction. */
export type Connection = Pick<pg.ClientBase, 'query'>;

export interface DatabaseOptions {
  readonly url: string;
  readonly maxConnections: number;
  readonly log: Logger;
}

export function connectDatabase({ url, maxConnections, log }: DatabaseOptions): Database {
  const pool = new pg.Pool({ connectionString: url, max: maxConnections, connectionTimeoutMillis: 5_000 });
  // An idle connection that breaks is replaced by the pool; without a listener the error would end the process.
  pool.on('error', (error) => log.warn({ error: error.message }, 'an idle database connection broke'));
  const adapter = new PrismaPg(pool, { statementNameGenerator: createStatementNames() });
  // The default error format takes a stack trace for every query, in case it fails.
  const prisma = new PrismaClient({ adapter, errorFormat: 'minimal' });
  return {
    prisma,
    pool,
    forViewer: createViewerScopes(prisma),
    transaction: (work) => runTransaction(pool, work),
    async [Symbol.asyncDispose]() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

async function runTransaction<Result>(
  pool: pg.Pool,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  // A connection that breaks fails the statement that runs; without a listener it would end the process as well.
  client.on('error', ignore);
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    release(client);
    return result;
  } catch (error) {
    // A connection that cannot roll back is in an unknown state: it is closed, not returned to the pool.
    const rollbackError = await client.query('ROLLBACK').then(
      () => undefined,
      (failure: Error) => failure,
    );
    release(client, rollbackError);
    throw error;
  }
}

function release(client: pg.PoolClient, error?: Error): void {
  client.off('error', ignore);
  client.release(error);
}

function ignore(): void {}
