import { expect, test } from 'vitest';
import { connectDatabase } from '../../src/database/database.ts';
import { createLogger } from '../../src/log.ts';
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
