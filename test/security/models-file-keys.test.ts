import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { exitCodeConfig } from '../../src/config.ts';
import { createTemporaryDirectory } from '../embedded/owner.ts';
import { startServerProcess } from '../http/server-process.ts';
import { createTestContainerName, createTestDatabase } from '../support/test-database.ts';

/** Stands for a mistake of ours that nobody catches, with all of the environment in its words. */
const crash = `process.on('SIGUSR2', () => { throw Object.assign(new Error('crash'), { all: { ...process.env } }) })`;

test('the key of a server in MODELS_FILE is taken out of what a crash leaves behind', { timeout: 90_000 }, async () => {
  const key = `canary-${randomBytes(24).toString('hex')}`;
  await using database = await createTestDatabase();
  await using directory = await createTemporaryDirectory();
  const file = join(directory.path, 'models.json');
  const own = { label: 'Our own', baseUrl: 'http://127.0.0.1:1/v1', apiKey: key };
  await writeFile(file, JSON.stringify({ servers: { own } }));
  await using server = startServerProcess({
    directory: directory.path,
    environment: {
      DATABASE_URL: database.url,
      AZURE_STORAGE_CONNECTION_STRING: inject('storageConnectionString'),
      AZURE_STORAGE_CONTAINER: createTestContainerName(),
      MODELS_FILE: file,
      // No variable of ours: nothing but the file says that it is a secret.
      KEPT_ELSEWHERE: key,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(crash)}`,
    },
  });
  await server.ready;
  server.child.kill('SIGUSR2');
  expect(await server.ended).toBe(1);
  expect(server.stderr).toContain("KEPT_ELSEWHERE: '[secret]'");
  expect(server.stderr).not.toContain(key);
});

test('a MODELS_FILE that is none ends the start with a sentence', { timeout: 90_000 }, async () => {
  await using directory = await createTemporaryDirectory();
  const file = join(directory.path, 'models.json');
  await writeFile(file, '{"apiKey":');
  await using server = startServerProcess({ directory: directory.path, environment: { MODELS_FILE: file } });
  expect(await server.ended).toBe(exitCodeConfig);
  expect(server.stderr).toBe(`MODELS_FILE: ${file} is no JSON.\n`);
});
