import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createApiKeyHash } from '../../src/accounts/api-key-hash.ts';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import { operator } from '../../src/accounts/to-actor.ts';
import { allScopes } from '../../src/accounts/viewer.ts';
import { createAudit } from '../../src/database/audit.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../embedded/owner.ts';
import { type Darkroom, startDarkroom, testPepper } from '../support/darkroom.ts';
import { runCli } from './run-cli.ts';

vi.setConfig({ testTimeout: 90_000 });

let darkroom: Darkroom;
let directory: TemporaryDirectory;
let secret: string;
beforeAll(async () => {
  darkroom = await startDarkroom({ identity: 'configured' });
  const userId = randomUUID();
  await darkroom.database.prisma.user.create({ data: { id: userId, issuer: 'test', subject: 'ann' } });
  const tools = { database: darkroom.database, clock: Date, createId: randomUUID };
  const order = { userId, name: 'cli', scopes: ['READ', 'GENERATE'], expiresAt: null, grantable: allScopes } as const;
  const created = createApiKey(
    { ...tools, hashApiKey: createApiKeyHash(testPepper) },
    { ...order, audit: createAudit(tools, operator) },
  );
  secret = (await created).secret;
});
afterAll(() => darkroom[Symbol.asyncDispose]());
beforeEach(async () => {
  directory = await createTemporaryDirectory();
});
afterEach(() => directory[Symbol.asyncDispose]());

function run(environment: Readonly<Record<string, string>>) {
  return runCli(['a grey lake', '--seed', '7', '--url', darkroom.url], { directory: directory.path, environment })
    .ended;
}

test('with a key a server that asks who we are makes a picture', async () => {
  const { code, stderr } = await run({ DARKROOM_API_KEY: secret });
  expect({ code, stderr, files: await readdir(directory.path) }).toMatchObject({
    code: 0,
    files: ['darkroom-a-grey-lake-7.png'],
  });
  expect(stderr).not.toContain(secret);
});

test('without a key, and with a wrong one, one sentence says what is missing', async () => {
  expect(await run({})).toEqual({
    code: 1,
    stdout: '',
    stderr: `The server at ${darkroom.url} asks who you are: set DARKROOM_API_KEY to an API key of yours.\n`,
  });
  expect(await run({ DARKROOM_API_KEY: 'dk_live_wrong' })).toEqual({
    code: 1,
    stdout: '',
    stderr: `The server at ${darkroom.url} does not take the key in DARKROOM_API_KEY.\n`,
  });
});
