import { expect, test } from 'vitest';
import { connectDatabase, type Transaction } from '../../src/database/database.ts';
import { isOutage } from '../../src/database/outage.ts';
import { createLogger } from '../../src/log.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { createTestDatabase } from '../support/test-database.ts';

const log = createLogger({ level: 'silent' });

test('a connection that breaks inside a transaction fails it, and the next one works', async () => {
  await using test = await createTestDatabase();
  await using database = connectDatabase({ url: test.url, maxConnections: 2, log });
  const broken = database.transaction(async (connection) => {
    const { rows } = await connection.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await database.pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
    await connection.query('SELECT pg_sleep(1)');
  });
  await expect(broken).rejects.toThrow();
  const answer = await database.transaction((connection) => connection.query('SELECT 1 AS one'));
  expect(answer.rows).toEqual([{ one: 1 }]);
});

test('what a transaction wrote before it failed is gone', async () => {
  await using test = await createTestDatabase();
  await using database = connectDatabase({ url: test.url, maxConnections: 2, log });
  const failed = database.transaction(async (connection) => {
    await connection.query(`INSERT INTO "User" (id, issuer, subject) VALUES (gen_random_uuid(), 'a', 'b')`);
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  expect(await database.prisma.user.count()).toBe(0);
});

const insertUser = (subject: string) =>
  `INSERT INTO "User" (id, issuer, subject) VALUES (gen_random_uuid(), 'test', '${subject}')`;
const rename = (subject: string, name: string) => `UPDATE "User" SET name = '${name}' WHERE subject = '${subject}'`;

test.each<[string, (transaction: Transaction, statement: string) => unknown]>([
  ['sent by itself', (transaction, statement) => transaction.query(statement)],
  ['sent with the COMMIT', (transaction, text) => transaction.atLast({ text })],
])(
  'of two transactions that block each other by a statement %s, the one that is undone runs again',
  async (_, send) => {
    await using test = await createTestDatabase();
    await using database = connectDatabase({ url: test.url, maxConnections: 4, log });
    for (const subject of ['a', 'b']) await database.pool.query(insertUser(subject));
    const both = Promise.withResolvers<void>();
    let locked = 0;
    let runs = 0;
    const renameBoth = (first: string, second: string, name: string) =>
      database.transaction(async (transaction) => {
        runs += 1;
        await transaction.query(rename(first, name));
        locked += 1;
        if (locked === 2) both.resolve();
        await both.promise;
        await send(transaction, rename(second, name));
      });
    await Promise.all([renameBoth('a', 'b', 'one'), renameBoth('b', 'a', 'other')]);
    expect(runs).toBe(3);
    const { rows } = await database.pool.query('SELECT DISTINCT name FROM "User"');
    expect(rows).toHaveLength(1);
  },
);

test('a transaction that another one overtook runs again, and sees what that has written', async () => {
  await using test = await createTestDatabase();
  await using database = connectDatabase({ url: test.url, maxConnections: 4, log });
  await database.pool.query(insertUser('a'));
  const seen: unknown[] = [];
  await database.transaction(async (connection) => {
    await connection.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    const { rows } = await connection.query('SELECT name FROM "User"');
    seen.push(rows[0].name);
    if (seen.length === 1) await database.pool.query(rename('a', 'the faster one'));
    await connection.query(rename('a', 'the slower one'));
  });
  expect(seen).toEqual([null, 'the faster one']);
  const { rows } = await database.pool.query('SELECT name FROM "User"');
  expect(rows).toEqual([{ name: 'the slower one' }]);
});

test('a transaction that lost its connection before it was to be committed runs again and is written once', async () => {
  await using test = await createTestDatabase();
  await using proxy = await startFaultProxy(test.url);
  await using database = connectDatabase({ url: proxy.url, maxConnections: 4, log });
  let runs = 0;
  proxy.inflict({ kind: 'lose-answer', to: insertUser('a') });
  await database.transaction(async (connection) => {
    runs += 1;
    await connection.query(insertUser('a'));
  });
  expect([runs, proxy.lostAnswers, await database.prisma.user.count()]).toEqual([2, 1, 1]);
});

test('a transaction whose COMMIT was not answered is not repeated: it may be committed', async () => {
  await using test = await createTestDatabase();
  await using proxy = await startFaultProxy(test.url);
  await using database = connectDatabase({ url: proxy.url, maxConnections: 4, log });
  let runs = 0;
  proxy.inflict({ kind: 'lose-answer', to: 'COMMIT' });
  const failure = await database
    .transaction(async (connection) => {
      runs += 1;
      await connection.query(insertUser('a'));
    })
    .catch((error: unknown) => error);
  expect(isOutage(failure)).toBe(true);
  expect([runs, await database.prisma.user.count()]).toEqual([1, 1]);
});

test('a statement that is named for the end is sent with the COMMIT, after all others', async () => {
  await using test = await createTestDatabase();
  await using database = connectDatabase({ url: test.url, maxConnections: 1, log });
  await database.transaction(async (transaction) => {
    transaction.atLast({ text: rename('a', 'at last') });
    await transaction.query(insertUser('a'));
  });
  const { rows } = await database.pool.query('SELECT name FROM "User"');
  expect(rows).toEqual([{ name: 'at last' }]);
});

test('where a statement that is sent with the COMMIT fails, nothing is committed, and the connection goes on', async () => {
  await using test = await createTestDatabase();
  await using database = connectDatabase({ url: test.url, maxConnections: 1, log });
  const failed = database.transaction(async (transaction) => {
    await transaction.query(insertUser('a'));
    transaction.atLast({ text: 'SELECT 1 / 0' });
    transaction.atLast({ text: insertUser('b') });
  });
  await expect(failed).rejects.toMatchObject({ code: '22012' });
  expect(await database.prisma.user.count()).toBe(0);
  await database.transaction((transaction) => transaction.query(insertUser('c')));
  expect(await database.prisma.user.count()).toBe(1);
});

test('a transaction that goes on after a statement that failed is not taken to be committed', async () => {
  await using test = await createTestDatabase();
  await using database = connectDatabase({ url: test.url, maxConnections: 1, log });
  const swallowed = database.transaction(async (transaction) => {
    await transaction.query(insertUser('a'));
    await transaction.query('SELECT 1 / 0').catch(() => undefined);
  });
  await expect(swallowed).rejects.toThrow('A transaction ended with ROLLBACK');
  expect(await database.prisma.user.count()).toBe(0);
});
