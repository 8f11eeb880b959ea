import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { StartError } from '../../src/domain/start-error.ts';
import { startEmbeddedPostgres } from '../../src/embedded/embedded-postgres.ts';
import { createTemporaryDirectory } from './owner.ts';

async function query(url: string, statement: string): Promise<readonly unknown[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query({ text: statement, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

test('what was written is there after a restart, behind the same password', async () => {
  await using temporary = await createTemporaryDirectory();
  const directory = join(temporary.path, 'postgres');
  const passwords: string[] = [];
  for (const statement of ['CREATE TABLE kept AS SELECT 7 AS n', 'SELECT n FROM kept']) {
    await using postgres = await startEmbeddedPostgres({ directory });
    passwords.push(new URL(postgres.url).password);
    expect(await query(postgres.url, statement)).toEqual(statement.startsWith('SELECT') ? [7] : []);
  }
  expect(passwords[0]).toMatch(/^[0-9a-f]{48}$/);
  expect(passwords[1]).toBe(passwords[0]);
});

test('nobody gets in without the password, which only the owner can read', async () => {
  await using temporary = await createTemporaryDirectory();
  await using postgres = await startEmbeddedPostgres({
    directory: join(temporary.path, 'postgres'),
    durability: 'throwaway',
  });
  const wrong = new URL(postgres.url);
  wrong.password = 'guess';
  await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
  expect((await stat(join(temporary.path, 'postgres-password'))).mode & 0o777).toBe(0o600);
});

test('it listens on the loopback interface only and never skips the disk', async () => {
  await using temporary = await createTemporaryDirectory();
  await using postgres = await startEmbeddedPostgres({ directory: join(temporary.path, 'postgres') });
  const settings = await query(
    postgres.url,
    `SELECT name || '=' || setting FROM pg_settings
     WHERE name IN ('listen_addresses', 'unix_socket_directories', 'fsync', 'synchronous_commit', 'full_page_writes')
     ORDER BY name`,
  );
  expect(settings).toEqual([
    'fsync=on',
    'full_page_writes=on',
    'listen_addresses=127.0.0.1',
    'synchronous_commit=on',
    'unix_socket_directories=',
  ]);
});

test('its end is reported when nobody asked for it', async () => {
  await using temporary = await createTemporaryDirectory();
  const directory = join(temporary.path, 'postgres');
  const reported = Promise.withResolvers<string>();
  const log = { info: () => undefined, error: (_: object, message: string) => reported.resolve(message) };
  await using _postgres = await startEmbeddedPostgres({ directory, durability: 'throwaway', log: log as never });
  process.kill(Number.parseInt(await readFile(join(directory, 'postmaster.pid'), 'utf8'), 10), 'SIGINT');
  expect(await reported.promise).toBe('the embedded PostgreSQL ended by itself');
});

test('a start that was cut off while the cluster was made begins anew', async () => {
  await using temporary = await createTemporaryDirectory();
  const directory = join(temporary.path, 'postgres');
  await mkdir(`${directory}.new`);
  await writeFile(join(`${directory}.new`, 'PG_VERSION'), '18\n');
  await using postgres = await startEmbeddedPostgres({ directory, durability: 'throwaway' });
  expect(await query(postgres.url, 'SELECT 1')).toEqual([1]);
});

test('a cluster of another version is refused with what PostgreSQL says about it', async () => {
  await using temporary = await createTemporaryDirectory();
  const directory = join(temporary.path, 'postgres');
  await (await startEmbeddedPostgres({ directory, durability: 'throwaway' }))[Symbol.asyncDispose]();
  await writeFile(join(directory, 'PG_VERSION'), '12\n');
  const start = startEmbeddedPostgres({ directory });
  await expect(start).rejects.toBeInstanceOf(StartError);
  await expect(start).rejects.toThrow(/initialized by PostgreSQL version 12/);
});
