import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { StartError } from '../../src/domain/start-error.ts';
import { createLogger } from '../../src/log.ts';
import { createTestContainerName, createTestDatabase } from '../support/test-database.ts';

const start = (url: string) =>
  createApp({
    config: readConfig({
      PORT: '0',
      DATABASE_URL: url,
      AZURE_STORAGE_CONNECTION_STRING: inject('storageConnectionString'),
      AZURE_STORAGE_CONTAINER: createTestContainerName(),
    }),
    role: 'api',
    log: createLogger({ level: 'silent' }),
  });

async function setForDatabase(url: string, setting: string): Promise<string> {
  const client = new pg.Client(url);
  await client.connect();
  const name = new URL(url).pathname.slice(1);
  await client.query(`ALTER DATABASE ${name} SET synchronous_commit = ${setting}`);
  await client.end();
  return name;
}

test('a database that would forget what it confirmed is refused, with the words that mend it', async () => {
  await using place = await createTestDatabase();
  const name = await setForDatabase(place.url, 'off');
  const error = await start(place.url).catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(StartError);
  const { message } = error as StartError;
  expect(message).toContain(`The database “${name}” has synchronous_commit=off (set by: database)`);
  expect(message).toContain(`ALTER DATABASE "${name}" SET synchronous_commit = on`);
  await setForDatabase(place.url, 'local');
  await using _app = await start(place.url);
});

test('it is refused too where only our own connections are set so', async () => {
  await using place = await createTestDatabase();
  const url = new URL(place.url);
  url.searchParams.set('options', '-c synchronous_commit=off');
  await expect(start(url.href)).rejects.toThrow('synchronous_commit=off (set by: client)');
});
