import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { configSchema, findSecrets, readConfig, secretNames } from '../src/config.ts';
import { StartError } from '../src/domain/start-error.ts';
import { createTemporaryDirectory } from './embedded/owner.ts';
import { startServerProcess } from './http/server-process.ts';

const noFile = '/no/such/file';

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment, noFile);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    expect(error.exitCode).toBe(78);
    return error.message.split('\n');
  }
  throw new Error('It was taken.');
}

test('.env.example has every variable that is read, in their order, with its words and its default, and no other', async () => {
  const example = await readFile(new URL('../.env.example', import.meta.url), 'utf8');
  const described = [...example.matchAll(/^# (?<words>.+)\n#(?<name>[A-Z0-9_]+)=(?<value>.*)$/gm)];
  const expected = Object.entries(configSchema.shape).map(([name, schema]) => {
    const value = schema.safeParse(undefined).data;
    return { words: schema.description, name, value: value === undefined ? '' : String(value) };
  });
  expect(described.map(({ groups }) => ({ ...groups }))).toEqual(expected);
  expect(example.match(/^#?[A-Z0-9_]+=/gm)).toHaveLength(expected.length);
});

test('what .env.example says, without its comment signs, is what applies without it', async () => {
  const example = await readFile(new URL('../.env.example', import.meta.url), 'utf8');
  await using temporary = await createTemporaryDirectory();
  const file = join(temporary.path, '.env');
  await writeFile(file, example.replaceAll(/^#(?=[A-Z0-9_]+=)/gm, ''));
  expect(readConfig({}, file)).toEqual(readConfig({}, noFile));
});

test('without anything there are defaults, and empty values count as none', () => {
  const defaults = readConfig({}, noFile);
  expect(defaults).toMatchObject({
    HOST: '127.0.0.1',
    PORT: 4000,
    LOG_LEVEL: 'info',
    AZURE_STORAGE_CONTAINER: 'darkroom',
  });
  expect(defaults.DATABASE_URL).toBeUndefined();
  const names = Object.keys(configSchema.shape);
  expect(readConfig(Object.fromEntries(names.map((name) => [name, ''])), noFile)).toEqual(defaults);
});

test('the environment wins over the file, and an empty value in it takes away that of the file', async () => {
  await using temporary = await createTemporaryDirectory();
  const file = join(temporary.path, '.env');
  await writeFile(file, 'PORT=4001\nHOST="0.0.0.0"\n# a comment\nDATABASE_URL=postgres://file/db\nLOG_LEVEL=debug\n');
  const config = readConfig({ PORT: '4002', DATABASE_URL: '' }, file);
  expect(config).toMatchObject({ PORT: 4002, HOST: '0.0.0.0', LOG_LEVEL: 'debug' });
  expect(config.DATABASE_URL).toBeUndefined();
});

test.each([
  ['PORT', 'http', 'must be a whole number from 0 to 65535'],
  ['PORT', '65536', 'must be a whole number from 0 to 65535'],
  ['PORT', '-1.5', 'must be a whole number from 0 to 65535'],
  ['PORT', ' ', 'must be a whole number from 0 to 65535'],
  ['WORKER_CONCURRENCY', '0', 'must be a whole number from 1 to 1000'],
  ['SKETCH_STEP_MILLISECONDS', '1e9', 'must be a whole number from 0 to 60000'],
  ['DATABASE_URL', 'mysql://a:hunter2@b/c', 'must be a URL that begins with postgres:// or postgresql://'],
  ['DATABASE_URL', 'hunter2', 'must be a URL that begins with postgres:// or postgresql://'],
  ['AZURE_STORAGE_CONNECTION_STRING', 'hunter2', 'must hold an AccountKey'],
  ['AZURE_STORAGE_CONTAINER', 'Dark--Room', 'must be 3 to 63 lower-case letters, digits and single hyphens'],
  ['API_KEY_PEPPER', 'hunter2', 'must have at least 32 characters'],
  ['AUTH_SECRET', `${'a'.repeat(32)},hunter2`, 'must have at least 32 characters'],
  ['OIDC_ISSUER', 'hunter2', 'must be a URL that begins with http:// or https://'],
  ['CORS_ORIGINS', '*', 'must be origins like https://app.example.org, comma-separated'],
  ['CORS_ORIGINS', 'null', 'must be origins like https://app.example.org, comma-separated'],
  ['CORS_ORIGINS', 'https://*.example.org', 'must be origins like https://app.example.org, comma-separated'],
  ['CORS_ORIGINS', 'https://a.example/', 'must be origins like https://app.example.org, comma-separated'],
  ['CORS_ORIGINS', 'a.example', 'must be origins like https://app.example.org, comma-separated'],
  ['CORS_ORIGINS', 'https://a.example, *', 'must be origins like https://app.example.org, comma-separated'],
  ['CORS_ORIGINS', 'file://x', 'must be origins like https://app.example.org, comma-separated'],
  ['TRUST_PROXY', 'on', 'must be off, a number of proxies from 1 to 20, or networks like 10.0.0.0/8, comma-separated'],
  [
    'TRUST_PROXY',
    'true',
    'must be off, a number of proxies from 1 to 20, or networks like 10.0.0.0/8, comma-separated',
  ],
  ['TRUST_PROXY', '0', 'must be off, a number of proxies from 1 to 20, or networks like 10.0.0.0/8, comma-separated'],
  ['TRUST_PROXY', '21', 'must be off, a number of proxies from 1 to 20, or networks like 10.0.0.0/8, comma-separated'],
  [
    'TRUST_PROXY',
    '10.0.0.0/33',
    'must be off, a number of proxies from 1 to 20, or networks like 10.0.0.0/8, comma-separated',
  ],
  [
    'TRUST_PROXY',
    'hunter2',
    'must be off, a number of proxies from 1 to 20, or networks like 10.0.0.0/8, comma-separated',
  ],
  ['LINK_SECRET', 'hunter2', 'must have at least 32 characters'],
  ['LOG_LEVEL', 'loud', 'Invalid option: expected one of "trace"|"debug"|"info"|"warn"|"error"|"fatal"|"silent"'],
])('%s=%s is refused in one line with what it must be', (name, value, message) => {
  expect(problemsOf({ [name]: value })).toEqual([`${name}: ${message}`]);
});

test('lists are separated by commas', () => {
  const ADMIN_SUBJECTS = ' https://issuer|ann , bea@example.org,,';
  expect(readConfig({ ADMIN_SUBJECTS }, noFile).ADMIN_SUBJECTS).toEqual(['https://issuer|ann', 'bea@example.org']);
});

test('both ends of a range are taken', () => {
  for (const PORT of ['0', '65535']) expect(readConfig({ PORT }, noFile).PORT).toBe(Number(PORT));
});

test('a server with a bad .env in its working directory says all that is wrong, tells no value, and exits with 78', async () => {
  await using temporary = await createTemporaryDirectory();
  const lines = [
    'DATABASE_URL=mysql://darkroom:hunter2@db/darkroom',
    'AZURE_STORAGE_CONNECTION_STRING=AccountName=hunter2',
  ];
  await writeFile(join(temporary.path, '.env'), [...lines, 'PORT=hunter2'].join('\n'));
  await using server = startServerProcess({
    directory: temporary.path,
    environment: { PORT: '', LOG_LEVEL: 'hunter2' },
  });
  expect(await server.ended).toBe(78);
  const problems = server.stderr.trimEnd().split('\n');
  const names = problems.map((line) => line.slice(0, line.indexOf(':')));
  expect(names.sort()).toEqual(['AZURE_STORAGE_CONNECTION_STRING', 'DATABASE_URL', 'LOG_LEVEL']);
  expect(server.stdout + server.stderr).not.toContain('hunter2');
  expect(server.stdout).toBe('');
});

test('a secret may stand in a file, whose last line break is no part of it', async () => {
  await using temporary = await createTemporaryDirectory();
  for (const name of secretNames) {
    const file = join(temporary.path, name);
    const value = examples[name] ?? 'opal-7781-canary-as-long-as-all-of-them';
    await writeFile(file, `${value}\n`);
    const config = readConfig({ [`${name}_FILE`]: file }, noFile);
    expect(Object.entries(config).find(([key]) => key === name)?.[1]).toMatchObject({ reveal: expect.any(Function) });
    expect(findSecrets(config).map((secret) => secret.reveal())).toEqual([value]);
    expect(inspect(config)).not.toContain('7781');
  }
});

const examples: Readonly<Record<string, string>> = {
  DATABASE_URL: 'postgres://darkroom:7781@db/darkroom',
  AZURE_STORAGE_CONNECTION_STRING: 'AccountName=a;AccountKey=7781',
  AUTOMATIC1111_URL: 'http://darkroom:7781@127.0.0.1:7860',
};

test('a file of a secret that cannot be had is told by its variable, with the other problems', async () => {
  await using temporary = await createTemporaryDirectory();
  const file = join(temporary.path, 'key');
  await writeFile(file, 'hunter2');
  await writeFile(join(temporary.path, 'empty'), '\n');
  const environment = {
    OPENAI_API_KEY_FILE: file,
    OPENAI_API_KEY: 'hunter2',
    FAL_KEY_FILE: '/no/such/hunter2',
    RUNPOD_API_KEY_FILE: join(temporary.path, 'empty'),
    DATABASE_URL_FILE: file,
    PORT: 'http',
  };
  const problems = problemsOf(environment);
  expect([...problems].sort()).toEqual([
    'DATABASE_URL: must be a URL that begins with postgres:// or postgresql://',
    'FAL_KEY_FILE: the file cannot be read (ENOENT)',
    'OPENAI_API_KEY_FILE: OPENAI_API_KEY is given as well',
    'PORT: must be a whole number from 0 to 65535',
    'RUNPOD_API_KEY_FILE: the file is empty',
  ]);
});

test('an address that is shown holds no password', () => {
  const message = "OPENAI_BASE_URL: must not hold a user's name or password";
  expect(problemsOf({ OPENAI_BASE_URL: 'https://me:hunter2@gateway.test/v1' })).toEqual([message]);
});
