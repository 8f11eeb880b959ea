import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { Logger } from '../log.ts';
import { BatchingSocket } from './batching-socket.ts';
import { PrismaClient } from './generated/client.ts';
import { limitPool } from './limit-queries.ts';
import { createOutageNews } from './outage-news.ts';
import { createStatementNames } from './statement-names.ts';
import { runTransaction, type Transaction } from './transaction.ts';
import { createViewerScopes, type ViewerScopes } from './viewer-scope.ts';

/** One pool for both ways in: Prisma for reads, named statements for the writes that race with each other. */
export interface Database extends ViewerScopes, AsyncDisposable {
  readonly prisma: PrismaClient;
  /** A statement that finds no connection, no answer or no lock fails within five seconds. */
  readonly pool: pg.Pool;
  /** For what nobody waits for and may take longer: looking after the job queue. */
  readonly background: pg.Pool;
  /**
   * Runs `work` in one transaction on one connection: committed when it resolves, rolled back when it throws. `work` may run
   * again where the transaction was undone, and does nothing but statements.
   */
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result>;
}

export type { Transaction } from './transaction.ts';

/** Where a statement can run: the pool, or the connection of a transaction. */
export type Connection = Pick<pg.ClientBase, 'query'>;

export interface DatabaseOptions {
  readonly url: string;
  readonly maxConnections: number;
  readonly log: Logger;
}

/** How long a connection, a statement on the server, and its answer may take. Parameters of the URL come before them. */
interface Patience {
  readonly connectionTimeoutMillis: number;
  readonly statement_timeout: number;
  /** The longest: a server that answers too late says why, a connection that is gone says nothing. */
  readonly query_timeout: number;
}

// Together under five seconds: see limit-queries.ts.
const forClients: Patience = { connectionTimeoutMillis: 4_000, statement_timeout: 2_500, query_timeout: 2_700 };
const forBackground: Patience = { connectionTimeoutMillis: 5_000, statement_timeout: 15_000, query_timeout: 16_000 };
const backgroundConnections = 4;

export function connectDatabase({ url, maxConnections, log }: DatabaseOptions): Database {
  const pool = createPool({ url, max: maxConnections, log }, forClients);
  limitPool(pool);
  const background = createPool({ url, max: backgroundConnections, log }, forBackground);
  const adapter = new PrismaPg(pool, { statementNameGenerator: createStatementNames() });
  // The default error format takes a stack trace for every query, in case it fails.
  const prisma = new PrismaClient({ adapter, errorFormat: 'minimal' });
  return {
    prisma,
    pool,
    background,
    ...createViewerScopes(prisma),
    transaction: (work) => runTransaction(pool, work),
    async [Symbol.asyncDispose]() {
      await prisma.$disconnect();
      await Promise.all([pool.end(), background.end()]);
    },
  };
}

interface PoolOptions {
  readonly url: string;
  readonly max: number;
  readonly log: Logger;
}

function createPool({ url, max, log }: PoolOptions, patience: Patience): pg.Pool {
  const keepAlive = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 };
  // Statements that wait for nothing of each other are sent together, such as a BEGIN and what follows it.
  const together = { pipeline: true, stream: () => new BatchingSocket() };
  const pool = new pg.Pool({ connectionString: url, max, ...together, ...keepAlive, ...patience });
  // An idle connection that breaks is replaced by the pool; without a listener the error would end the process.
  const isNews = createOutageNews();
  pool.on('error', (error) => {
    if (isNews(error)) log.warn({ error: error.message }, 'an idle database connection broke');
  });
  return pool;
}
