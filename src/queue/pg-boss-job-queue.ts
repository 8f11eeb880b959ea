import { type Db, PgBoss, type Queue } from 'pg-boss';
import type { Connection, Database, Transaction } from '../database/database.ts';
import { isOutage } from '../database/outage.ts';
import { createOutageNews } from '../database/outage-news.ts';
import { createStatementNames } from '../database/statement-names.ts';
import type { Logger } from '../log.ts';
import type { Job, JobName, JobQueue } from './job-queue.ts';
import { type PgBossWorker, startPgBossWorker } from './pg-boss-worker.ts';

// Without a delay: what was lost with its worker is given away at once. What failed waits in the worker.
const lasting = { retryLimit: 20, retryDelay: 0, retryBackoff: false, deleteAfterSeconds: 3_600 };
// The shortest heartbeat that pg-boss takes: a killed worker's jobs run elsewhere about ten seconds later.
const watched = { heartbeatSeconds: 10, expireInSeconds: 86_399 };

// Of all living jobs with one key there is one at the most.
const policy = 'exclusive';
const queues: Record<JobName, Omit<Queue, 'name' | 'policy'>> = {
  'run-generation': { ...lasting, ...watched },
  'remove-blobs': { ...lasting, ...watched },
  'purge-user': { ...lasting, ...watched },
  'export-data': { ...lasting, ...watched },
};

export interface PgBossJobQueueOptions {
  readonly database: Database;
  readonly log: Logger;
  /** Whether this process also looks after lost jobs and old ones. */
  readonly supervise: boolean;
  /** How long what is running may go on when the process stops. */
  readonly drainMilliseconds: number;
}

export async function createPgBossJobQueue(options: PgBossJobQueueOptions): Promise<JobQueue> {
  const { database, log, supervise, drainMilliseconds } = options;
  const boss = new PgBoss({
    db: toBossConnection(database.background),
    schedule: false,
    supervise,
    superviseIntervalSeconds: 1,
    monitorIntervalSeconds: 1,
  });
  const isNews = createOutageNews();
  boss.on('error', (error) => {
    if (isNews(error)) log[isOutage(error) ? 'warn' : 'error']({ error }, 'the job queue has a problem');
  });
  boss.on('warning', ({ message }) => log.warn({ reason: message }, 'the job queue warns'));
  await boss.start();
  for (const [name, settings] of Object.entries(queues)) {
    await boss.createQueue(name, { policy, ...settings });
    // One that an earlier version made keeps that one's settings.
    await boss.updateQueue(name, settings);
  }
  const workers = new Map<JobName, PgBossWorker>();
  const send = async (db: Db, jobs: readonly Job[]) => {
    for (const { name, data, key: singletonKey, priority = 0 } of jobs) {
      await boss.send(name, data, { singletonKey, priority, db });
    }
  };
  return {
    enqueue: (connection, jobs) => send(toNamedConnection(connection), jobs),
    enqueueAtLast: (transaction, jobs) => send(toLastStatements(transaction), jobs),
    wake: (name) => workers.get(name)?.wake(),
    work(work) {
      const db = toNamedConnection(database.background);
      const worker = startPgBossWorker({ boss, db, log, drainMilliseconds }, work);
      workers.set(work.name, worker);
      return worker;
    },
    async [Symbol.asyncDispose]() {
      await boss.stop({ graceful: false });
    },
  };
}

// Sending and completing are one statement each, always the same for a queue: named, PostgreSQL parses and plans it once per
// connection. Not what else pg-boss asks: some texts are many statements, and that of fetching has no parameters, so a plan
// from when the queue was empty would stay: it reads the whole table.
const nameStatement = createStatementNames();

function toNamed(text: string, values: unknown[] = []) {
  return { name: nameStatement({ sql: text }), text, values };
}

function toNamedConnection(connection: Connection): Db {
  return { executeSql: (text, values) => connection.query(toNamed(text, values)) };
}

/** Told as if a job with the key lived already: which of the two it is, is not known before the end. */
function toLastStatements({ atLast }: Pick<Transaction, 'atLast'>): Db {
  return {
    async executeSql(text, values) {
      atLast(toNamed(text, values));
      return { rows: [] };
    },
  };
}

function toBossConnection(connection: Connection): Db {
  return { executeSql: (text, values) => connection.query(text, values) };
}
