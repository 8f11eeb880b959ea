import { BlobServiceClient } from '@azure/storage-blob';
import pg from 'pg';
import { expect, test } from 'vitest';
import { createTemporaryDirectory, findProcesses, startOwner } from './owner.ts';

async function query(url: string, statement: string): Promise<readonly unknown[]> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query({ text: statement, rowMode: 'array' });
  await client.end();
  return rows.flat();
}

test('after kill -9 the next start has everything that was committed and stored, on services of its own', async () => {
  await using temporary = await createTemporaryDirectory();
  const killed = await startOwner(temporary.path);
  await query(killed.report.url, 'CREATE TABLE kept AS SELECT 7 AS n');
  const pictures = BlobServiceClient.fromConnectionString(killed.report.connectionString).getContainerClient('kept');
  await pictures.create();
  await pictures.getBlockBlobClient('picture').upload('bytes', 5);
  await killed.end('SIGKILL');

  await using owner = await startOwner(temporary.path);
  expect(owner.report).toMatchObject({ ready: true });
  expect(await query(owner.report.url, 'SELECT n FROM kept')).toEqual([7]);
  const found = BlobServiceClient.fromConnectionString(owner.report.connectionString).getContainerClient('kept');
  expect((await found.getBlockBlobClient('picture').downloadToBuffer()).toString()).toBe('bytes');
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s for the whole process group leaves the services up until the server has drained',
  async (signal) => {
    await using temporary = await createTemporaryDirectory();
    const owner = await startOwner(temporary.path);
    expect(JSON.parse(await owner.end(signal))).toEqual({ stopped: true });
    expect(owner.child.exitCode).toBe(0);
    expect(await findProcesses(temporary.path)).toEqual([]);
  },
);
