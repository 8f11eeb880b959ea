import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test, vi } from 'vitest';
import { createTemporaryDirectory, findProcesses } from './embedded/owner.ts';
import { startServerProcess } from './http/server-process.ts';
import { follow, generate } from './support/documents.ts';
import { createTestContainerName, createTestDatabase } from './support/test-database.ts';

// Each start takes about two seconds on an idle machine, and much longer on a busy one.
vi.setConfig({ testTimeout: 90_000 });

const history = '{ generations { edges { node { id prompt status images { link { href } } } } } }';

test('a server on its own services starts, answers, survives kill -9 with its history, and stops without a trace', async () => {
  await using temporary = await createTemporaryDirectory();
  const environment = { DATA_DIR: join(temporary.path, 'data') };
  const start = () => startServerProcess({ directory: temporary.path, environment });

  await using first = start();
  await first.ready;
  expect(first.stdout.split('\n')).toEqual([
    `Darkroom is ready (role: all, process ${first.child.pid}).`,
    `  GraphQL   ${first.url}/graphql (HTTP, SSE, WebSocket, and GraphiQL in a browser)`,
    `  Health    ${first.url}/health/ready`,
    expect.stringMatching(/^ {2}Database {2}embedded PostgreSQL at 127\.0\.0\.1:\d+, kept in \/.+\/data$/),
    expect.stringMatching(/^ {2}Pictures {2}embedded Azurite, kept in \/.+\/data, container darkroom$/),
    '',
  ]);
  await expectAnswers(first.url);
  const variables = { input: { prompt: 'mountains', steps: 2, model: 'sketch/landscape' }, waitSeconds: 60 };
  const { generateImage } = await first.client.query(generate, variables);
  expect(generateImage).toMatchObject({ generation: { status: 'SUCCEEDED' } });

  await using second = start();
  expect(await second.ended).toBe(1);
  expectOneLine(second.stderr, `is in use by process ${first.child.pid}. Stop that one, or set DATA_DIR`);

  first.child.kill('SIGKILL');
  expect(await first.ended).toBe('SIGKILL');
  await using third = start();
  await third.ready;
  const { generations } = await third.client.query(history);
  const [{ node }] = generations.edges;
  expect(node).toMatchObject({ id: generateImage.generation.id, prompt: 'mountains', status: 'SUCCEEDED' });
  expect((await fetch(node.images[0].link.href)).status).toBe(200);

  third.child.kill('SIGTERM');
  await expect.poll(async () => (await fetch(`${third.url}/health/ready`)).status).toBe(503);
  expect(await third.ended).toBe(0);
  expect(await findProcesses(temporary.path)).toEqual([]);
  const password = (await readFile(join(environment.DATA_DIR, 'postgres-password'), 'utf8')).trim();
  expect(password).toHaveLength(48);
  for (const { stdout, stderr } of [first, second, third]) expectNoSecrets(stdout + stderr, [password, 'Eby8vdM02xNO']);
});

test('api and worker processes share one database and one storage: the one accepts, the other paints', async () => {
  await using database = await createTestDatabase();
  await using temporary = await createTemporaryDirectory();
  const environment = {
    DATABASE_URL: database.url,
    AZURE_STORAGE_CONNECTION_STRING: inject('storageConnectionString'),
    AZURE_STORAGE_CONTAINER: createTestContainerName(),
  };
  const start = (role: string) =>
    startServerProcess({ directory: temporary.path, environment, arguments: ['--role', role] });
  await using api = start('api');
  await api.ready;
  await using worker = start('worker');
  await worker.ready;
  expect(api.stdout).toContain('(role: api,');
  expect(worker.stdout).toContain('(role: worker,');
  expect(worker.stdout).toContain('GraphQL   not in this role');

  const input = { prompt: 'mountains', steps: 2, size: { pixels: { width: 256, height: 256 } } };
  const { generateImage } = await api.client.query(generate, { input });
  const { id } = generateImage.generation;
  const events = await Array.fromAsync(api.client.subscribe(follow, { id, afterSequence: 0 }));
  expect(events.at(-1)).toMatchObject({ data: { generationProgress: { status: 'SUCCEEDED', imagesStored: 1 } } });

  for (const { child, ended } of [api, worker]) {
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  }
  const password = new URL(database.url).password;
  for (const { stdout, stderr } of [api, worker]) {
    expectNoSecrets(stdout + stderr, [password, database.url, 'AccountKey', 'Eby8vdM02xNO']);
  }
});

async function expectAnswers(url: string): Promise<void> {
  const live = await fetch(`${url}/health/live`);
  expect([live.status, await live.json()]).toEqual([200, { status: 'live' }]);
  const ready = await fetch(`${url}/health/ready`);
  expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }]);
  const root = await fetch(url, { redirect: 'manual' });
  expect([root.status, root.headers.get('location')]).toEqual([302, '/graphql']);
  const graphiql = await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } });
  expect([graphiql.status, graphiql.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  await graphiql.text();
}

function expectOneLine(output: string, words: string): void {
  expect(output).toContain(words);
  expect(output.trimEnd().split('\n')).toHaveLength(1);
}

function expectNoSecrets(output: string, secrets: readonly string[]): void {
  for (const secret of secrets) expect(output).not.toContain(secret);
}
