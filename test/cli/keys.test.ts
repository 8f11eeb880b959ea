import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createTemporaryDirectory, findProcesses, startOwner, type TemporaryDirectory } from '../embedded/owner.ts';
import { createTestClient } from '../support/client.ts';
import { type Darkroom, startDarkroom, testPepper } from '../support/darkroom.ts';
import { runCli } from './run-cli.ts';

// Programs of their own take long to start on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

let darkroom: Darkroom;
let directory: TemporaryDirectory;
beforeAll(async () => {
  darkroom = await startDarkroom({ identity: 'configured' });
});
afterAll(() => darkroom[Symbol.asyncDispose]());
beforeEach(async () => {
  directory = await createTemporaryDirectory();
});
afterEach(() => directory[Symbol.asyncDispose]());

function run(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return runCli(args, { directory: directory.path, environment, folder: 'keys' }).ended;
}

const onDatabase = () => ({ DATABASE_URL: darkroom.config.DATABASE_URL ?? '', API_KEY_PEPPER: testPepper });

test('a key is made, lets its user in, is listed and is revoked, and all of it is in the audit log', async () => {
  const created = await run(['create', '--user', 'ann', '--name', 'laptop', '--admin'], onDatabase());
  expect(created.code, created.stderr).toBe(0);
  expect(created.stdout).toMatch(/^dk_live_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}\n$/);
  const secret = created.stdout.trim();
  const prefix = secret.slice(0, 16);
  const headers = { authorization: `Bearer ${secret}` };
  const client = createTestClient({ url: `${darkroom.url}/graphql`, headers });
  expect(await client.query('{ viewer { apiKeys { name } } }')).toEqual({ viewer: { apiKeys: [{ name: 'laptop' }] } });

  const listed = await run(['list', '--user', 'ann'], onDatabase());
  expect(listed.stdout).toMatch(new RegExp(`^PREFIX .*\\n${prefix} +ann +laptop +read,generate,manage .* works\\n$`));
  expect(listed.stdout).not.toContain(secret.slice(17));
  expect(await run(['revoke', prefix], onDatabase())).toEqual({
    code: 0,
    stdout: '',
    stderr: `${prefix} is revoked.\n`,
  });
  expect(await run(['revoke', secret], onDatabase())).toEqual({
    code: 0,
    stdout: '',
    stderr: `${prefix} was revoked before.\n`,
  });
  await vi.waitFor(
    async () => expect(await client.ask('{ viewer { id } }')).toMatchObject({ errors: [{ extensions: {} }] }),
    { timeout: 20_000 },
  );

  // Beside what became of the key that was revoked, which is nobody's.
  const entries = await darkroom.database.prisma.auditEntry.findMany({
    where: { credential: 'operator' },
    orderBy: { id: 'asc' },
  });
  const actions = entries.map(({ action, userId }) => ({ action, userId }));
  const done = ['user.promote', 'api-key.create', 'api-key.revoke'];
  expect(actions).toEqual(done.map((action) => ({ action, userId: null })));
});

test('a user who is disabled is kept out with every key, and let in again when enabled', async () => {
  const created = await run(['create', '--user', 'bob'], onDatabase());
  const headers = { authorization: `Bearer ${created.stdout.trim()}` };
  const client = createTestClient({ url: `${darkroom.url}/graphql`, headers });
  const look = '{ viewer { id } }';
  expect(await client.ask(look)).toMatchObject({ data: { viewer: {} } });
  const say = (stderr: string) => ({ code: 0, stdout: '', stderr });
  expect(await run(['disable', '--user', 'bob'], onDatabase())).toEqual(say('bob is disabled.\n'));
  expect(await run(['disable', '--user', 'bob'], onDatabase())).toEqual(say('bob was disabled before.\n'));
  await vi.waitFor(
    async () => expect(await client.ask(look)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] }),
    { timeout: 20_000 },
  );
  expect(await run(['enable', '--user', 'bob'], onDatabase())).toEqual(say('bob is enabled.\n'));
  await vi.waitFor(async () => expect(await client.ask(look)).toMatchObject({ data: { viewer: {} } }), {
    timeout: 20_000,
  });
  const { prisma } = darkroom.database;
  const bob = await prisma.user.findFirstOrThrow({ where: { issuer: 'operator', subject: 'bob' } });
  const entries = await prisma.auditEntry.findMany({ where: { objectId: bob.id }, orderBy: { id: 'asc' } });
  expect(entries.map(({ action }) => action)).toEqual(['user.disable', 'user.enable']);
});

test('whom there is not, and who deleted their account, can be neither disabled nor enabled', async () => {
  expect(await run(['disable', '--user', 'nobody'], onDatabase())).toEqual({
    code: 1,
    stdout: '',
    stderr: 'There is no user nobody.\n',
  });
  const id = randomUUID();
  const gone = { id, issuer: 'deleted', subject: id, disabledAt: new Date() };
  await darkroom.database.prisma.user.create({ data: gone });
  const end = await run(['enable', '--user', `deleted|${id}`], onDatabase());
  expect(end).toMatchObject({ code: 1, stderr: `There is no user deleted|${id}.\n` });
  expect(await run(['disable'], onDatabase())).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^Say whom to disable: --user <name>\.\n/),
  });
});

test('of a user without keys the list is empty, and of a key that there is not there is none to revoke', async () => {
  const end = await run(['list', '--user', 'nobody'], onDatabase());
  expect(end).toEqual({ code: 0, stdout: '', stderr: 'There are no keys.\n' });
  expect(await run(['revoke', 'dk_live_00000000'], onDatabase())).toEqual({
    code: 1,
    stdout: '',
    stderr: 'There is no key dk_live_00000000.\n',
  });
});

test('wrong usage and a missing pepper are told in one line, and no database is opened for them', async () => {
  const usage = await run(['create', '--user', 'ann', '--expires', 'yesterday']);
  expect({ code: usage.code, stdout: usage.stdout }).toEqual({ code: 2, stdout: '' });
  expect(usage.stderr).toMatch(/^--expires takes a time .* not “yesterday”\.\nUsage: npm run keys -- create /);
  const config = await run(['create', '--user', 'ann']);
  expect(config).toEqual({
    code: 78,
    stdout: '',
    stderr: expect.stringMatching(/^API_KEY_PEPPER: is missing\. .*\n$/),
  });
});

test('without a database of its own it works on the embedded one, whether a server runs on it or not', async () => {
  const data = join(directory.path, 'data');
  await writeFile(join(directory.path, '.env'), `DATA_DIR=${data}\nAPI_KEY_PEPPER=${testPepper}\n`);
  await using owner = await startOwner(data);
  const created = await run(['create', '--user', 'ann', '--expires', '30d']);
  expect(created.code, created.stderr).toBe(0);
  await owner.end('SIGTERM');
  const listed = await run(['list']);
  expect(listed.stdout).toContain(created.stdout.slice(0, 16));
  expect(listed.stdout).toMatch(/ works until \d{4}-\d\d-\d\d \d\d:\d\d\n$/);
  expect(await findProcesses(directory.path)).toEqual([]);
});
