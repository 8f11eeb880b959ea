import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectDatabase, type Database } from '../../src/database/database.ts';
import { isOutage } from '../../src/database/outage.ts';
import { createLogger } from '../../src/log.ts';
import { StorageError } from '../../src/storage/storage-error.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { untilBlocked } from '../support/locks.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const log = createLogger({ level: 'silent' });
let place: TestDatabase;
let proxy: FaultProxy;
/** Past the proxy. */
let direct: Database;
beforeAll(async () => {
  place = await createTestDatabase();
  proxy = await startFaultProxy(place.url);
  direct = connectDatabase({ url: place.url, maxConnections: 4, log });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await direct[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

const connect = (url = proxy.url) => connectDatabase({ url, maxConnections: 2, log });

/** By both ways in, and by a transaction. */
function ask({ pool, prisma, transaction }: Database) {
  return [
    pool.query('SELECT 1 FROM "User"'),
    prisma.user.findMany(),
    transaction((connection) => connection.query('SELECT 1 FROM "User"')),
  ] as const;
}

async function expectOutages(database: Database): Promise<void> {
  const startedAt = performance.now();
  for (const answer of await Promise.allSettled(ask(database))) {
    expect(answer.status).toBe('rejected');
    const { reason } = answer as PromiseRejectedResult;
    expect(isOutage(reason), String(reason)).toBe(true);
  }
  // A loaded machine may be late.
  expect(performance.now() - startedAt).toBeLessThan(8_000);
}

async function expectAnswers(database: Database): Promise<void> {
  for (const answer of await Promise.allSettled(ask(database))) expect(answer).toHaveProperty('status', 'fulfilled');
}

test('a database that refuses connections is an outage, and is used again when it does not', async () => {
  await using database = connect();
  await expectAnswers(database);
  proxy.inflict({ kind: 'refuse' });
  await expectOutages(database);
  proxy.heal();
  await expectAnswers(database);
});

test('a port where nobody listens is an outage', async () => {
  const url = new URL(place.url);
  url.port = '1';
  await using database = connect(url.href);
  await expectOutages(database);
});

test('connections that fall silent are an outage, are thrown away, and new ones are made when the network is back', async () => {
  await using database = connect();
  await expectAnswers(database);
  proxy.inflict({ kind: 'black-hole' });
  await expectOutages(database);
  // A connection that nobody waits for any more may still be in the making.
  await expect.poll(() => database.pool.totalCount, { timeout: 10_000 }).toBe(0);
  proxy.heal();
  await expectAnswers(database);
});

test('connections that the server ends are an outage', async () => {
  await using database = connect();
  const running = [database.pool.query('SELECT pg_sleep(2)'), database.prisma.$queryRaw`SELECT pg_sleep(2)::text`];
  const ends = Promise.allSettled(running);
  const endBackends = async () => {
    const ended = await direct.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep%'
        AND pid <> pg_backend_pid()`,
    );
    return ended.rowCount;
  };
  let ended = 0;
  await expect.poll(async () => (ended += (await endBackends()) ?? 0)).toBeGreaterThanOrEqual(2);
  for (const end of await ends) expect(isOutage((end as PromiseRejectedResult).reason)).toBe(true);
  await expectAnswers(database);
});

test('a statement that waits for a lock, and those that wait for its connection, are outages; then all work again', async () => {
  await using database = connect();
  const holder = new pg.Client(place.url);
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query('LOCK TABLE "User" IN ACCESS EXCLUSIVE MODE');
  const blocked = expectOutages(database);
  await untilBlocked(direct, 2);
  await blocked;
  // Nothing is left on the server that would go on when the lock is free.
  await expect
    .poll(async () => {
      const { rows } = await direct.pool.query(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return rows[0].n;
    })
    .toBe(0);
  await holder.end();
  await expectAnswers(database);
});

test('a mistake in a statement is no outage, and neither is a storage that cannot be reached', async () => {
  const wrong = [direct.pool.query('SELECT nothing'), direct.prisma.$queryRaw`SELECT nothing`];
  for (const answer of await Promise.allSettled(wrong)) {
    expect(isOutage((answer as PromiseRejectedResult).reason)).toBe(false);
  }
  const refused = await new Promise((resolve) => new pg.Client('postgres://127.0.0.1:1/x').connect(resolve));
  expect(isOutage(refused)).toBe(true);
  expect(isOutage(new StorageError('away', { cause: refused, fault: 'AWAY' }))).toBe(false);
  expect(isOutage(Object.assign(new Error('a library of its own'), { code: 'ECONNREFUSED' }))).toBe(false);
  expect([undefined, null, 'ECONNREFUSED', 7].map(isOutage)).toEqual([false, false, false, false]);
});
