import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { allScopes } from '../../src/accounts/viewer.ts';
import { secretNames } from '../../src/config.ts';
import { connectDatabase } from '../../src/database/database.ts';
import { createLogger } from '../../src/log.ts';
import { createTemporaryDirectory } from '../embedded/owner.ts';
import { type ServerProcess, startServerProcess } from '../http/server-process.ts';
import { plain } from '../pictures/sample-pictures.ts';
import { type Client, createTestClient } from '../support/client.ts';
import { uploadAs } from '../support/multipart.ts';
import { sendJson } from '../support/standins/standin.ts';
import { createTestContainerName, createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { createKey } from './support/actors.ts';
import { type AllVendors, echoAs, startAllVendors, type VendorStandin } from './support/all-vendors.ts';
import { dumpRows, findMarkers } from './support/find-markers.ts';
import { findChildren, toMember } from './support/process-family.ts';

const stack = new AsyncDisposableStack();
const markers = new Map(secretNames.map((name) => [name, `canary-${randomBytes(24).toString('hex')}`]));
const storage = inject('storageConnectionString');
const accountKey = /AccountKey=([^;]+)/.exec(storage)?.[1] ?? '';
/** Answers, as they came. */
const answers: string[] = [];
let all: AllVendors;
let database: TestDatabase;
let server: ServerProcess;
let directory: string;
/** Somebody with a key. */
let client: Client;

/** Every secret that the configuration knows, those that are still to be added included. */
function toEnvironment(): Readonly<Record<string, string>> {
  const { standin } = vendorOf('automatic1111');
  const address = standin.url.replace('//', `//artist:${markers.get('AUTOMATIC1111_URL')}@`);
  const forms = {
    DATABASE_URL: database.url,
    AZURE_STORAGE_CONNECTION_STRING: storage,
    AZURE_STORAGE_CONTAINER: createTestContainerName(),
    AUTOMATIC1111_URL: address,
    LOG_LEVEL: 'trace',
    SHUTDOWN_SECONDS: '0',
    // Stands for a mistake of ours that nobody catches, with a secret in its words.
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(crash)}`,
  };
  return { ...Object.fromEntries(markers), ...all.environment, ...forms };
}

const crash = `process.on('SIGUSR2', () => { throw Object.assign(new Error('crash ' + process.env.FAL_KEY), { all: { ...process.env } }) })`;

function vendorOf(name: string): VendorStandin {
  const found = all.vendors.find((vendor) => vendor.name === name);
  if (found === undefined) throw new Error(`There is no vendor ${name}.`);
  return found;
}

/** What must be nowhere. */
function toWanted(): readonly string[] {
  const password = decodeURIComponent(new URL(database.url).password);
  return [...markers.values(), password, accountKey];
}

beforeAll(async () => {
  all = stack.use(await startAllVendors());
  database = stack.use(await createTestDatabase());
  const temporary = stack.use(await createTemporaryDirectory());
  directory = temporary.path;
  server = stack.use(startServerProcess({ directory, environment: toEnvironment() }));
  await server.ready;
  client = createTestClient({ url: server.client.url, headers: { authorization: `Bearer ${await createSecret()}` } });
});
afterAll(() => stack.disposeAsync());

async function createSecret(): Promise<string> {
  await using opened = connectDatabase({
    url: database.url,
    maxConnections: 1,
    log: createLogger({ level: 'silent' }),
  });
  const userId = randomUUID();
  await opened.prisma.user.create({ data: { id: userId, issuer: 'test', subject: 'somebody' } });
  const pepper = markers.get('API_KEY_PEPPER') ?? '';
  return (await createKey(opened, { userId, scopes: allScopes, pepper })).secret;
}

async function ask(query: string, variables: object = {}) {
  const answer = await client.ask(query, variables as Record<string, unknown>);
  answers.push(JSON.stringify(answer));
  return answer.data;
}

const generate = /* GraphQL */ `
  mutation ($input: GenerateImageInput!) {
    generateImage(input: $input, waitSeconds: 60) {
      __typename
      ... on UserError { message }
      ... on GenerateImageSuccess {
        generation {
          id status text failure { code message categories } events { type message } warnings { option message }
          prompts { text writtenBy } attempts { provider model providerRequestId failure { message categories } }
          images { mediaType revisedPrompt { text } }
        }
      }
    }
  }
`;

async function perform(name: string) {
  const { models } = await ask('{ models { slug provider available unavailableReason minInputImages } }');
  const offered = models.filter((model: { provider: string }) => model.provider === name);
  const model = offered.find(
    (one: { available: boolean; minInputImages: number }) => one.available && one.minInputImages === 0,
  );
  expect(model, JSON.stringify(offered)).toBeDefined();
  const { generateImage } = await ask(generate, { input: { prompt: 'A grey lake', model: model.slug } });
  return generateImage;
}

const vendorNames = [
  'openai',
  'nebius',
  'gemini',
  'cloudflare',
  'runpod',
  'comfyui',
  'automatic1111',
  'replicate',
  'fal',
];

describe('secrets stay where they are used', () => {
  test.each(vendorNames)('%s gets its key, and makes a picture', async (name) => {
    expect(await perform(name)).toMatchObject({ generation: { status: 'SUCCEEDED' } });
    if (name === 'comfyui') return;
    const { received } = vendorOf(name).standin;
    const carried = received.map(({ path, headers }) => `${path} ${JSON.stringify(headers)}`);
    expect(findMarkers(carried.map(unpackBasic), [...markers.values()])).not.toEqual([]);
  });

  test.each(vendorNames)(
    '%s, failing with all that it was sent in its words, tells a client none of it',
    async (name) => {
      const { standin, call } = vendorOf(name);
      standin.interject(call, echoAs(400, `https://a.blob.test/c/b?sv=1&sig=${markers.get('FAL_KEY')}&se=2`));
      const made = await perform(name);
      expect(made).toMatchObject({
        generation: { status: 'FAILED', failure: { message: expect.stringMatching(/\w/) } },
      });
      expect(findMarkers([JSON.stringify(made)], toWanted())).toEqual([]);
      expect(JSON.stringify(made)).not.toMatch(/sig=(?!\[secret\])/);
    },
  );

  test('a refusal whose categories are made of secrets tells none of them', async () => {
    const details = { moderation_stage: 'input', categories: [markers.get('OPENAI_API_KEY'), 'violence'] };
    const error = {
      message: 'No.',
      type: 'image_generation_user_error',
      code: 'moderation_blocked',
      moderation_details: details,
    };
    vendorOf('openai').standin.interject(/generations$/, (_, response) => sendJson(response, 400, { error }));
    const { generation } = await perform('openai');
    expect(generation).toMatchObject({ failure: { code: 'CONTENT_REFUSED', categories: ['[secret]', 'violence'] } });
  });

  test('neither do a failed enhancement, an upload, a link, and what nobody expected', async () => {
    vendorOf('openai').standin.interject(/chat/, echoAs(400, ''));
    await ask('mutation { enhancePrompt(input: { prompt: "a fox" }) { __typename ... on UserError { message } } }');
    const bytes = await plain(40, 30).png().toBuffer();
    answers.push(JSON.stringify(await uploadAs(client, bytes, `${markers.get('FAL_KEY')}.png`)));
    const connection = new pg.Client(database.url);
    await connection.connect();
    await connection.query('ALTER TABLE "Image" RENAME TO "Hidden"');
    const { errors } = await client.ask('{ images { edges { node { id } } } }');
    await connection.query('ALTER TABLE "Hidden" RENAME TO "Image"');
    await connection.end();
    expect(errors).toMatchObject([{ message: 'Unexpected error.' }]);
    answers.push(JSON.stringify(errors));
  });

  test('no marker stands in the command lines of the processes, nor in the environment of that which decodes pictures', async () => {
    const pid = server.child.pid ?? 0;
    const children = await findChildren(pid);
    expect(children.map(({ commandLine }) => commandLine).join()).toContain('lab-program');
    const shown = [
      (await toMember(pid)).commandLine,
      ...children.flatMap(({ commandLine, environment }) => [commandLine, environment]),
    ];
    expect(findMarkers(shown, toWanted())).toEqual([]);
  });

  test('no marker stands in an answer, nor in a row of any table', async () => {
    expect(answers.length).toBeGreaterThan(2 * vendorNames.length);
    expect(findMarkers(answers, toWanted())).toEqual([]);
    const rows = await dumpRows(database.url);
    expect(rows.filter((row) => row.includes('A grey lake')).length).toBeGreaterThan(2 * vendorNames.length);
    expect(findMarkers(rows, toWanted())).toEqual([]);
  });

  test('no marker and no signature stands in what is logged and in what a crash leaves behind', async () => {
    server.child.kill('SIGUSR2');
    expect(await server.ended).toBe(1);
    expect(server.stderr).toContain('crash [secret]');
    expect(server.stderr).toContain('an operation failed unexpectedly');
    const written = [...server.stdout.split('\n'), ...server.stderr.split('\n')];
    expect(findMarkers(written, toWanted())).toEqual([]);
    expect(written.filter((line) => /sig=(?!\[secret\])/.test(line))).toEqual([]);
  });

  test.each([
    ['a database that does not answer', { DATABASE_URL: 'postgres://darkroom:opal-7781-canary@127.0.0.1:1/darkroom' }],
    ['a database of another kind', { DATABASE_URL: 'mysql://darkroom:opal-7781-canary@127.0.0.1/darkroom' }],
    [
      'a storage with another key',
      { AZURE_STORAGE_CONNECTION_STRING: storage.replace(accountKey, btoa('opal-7781-canary')) },
    ],
    ['a storage without a key', { AZURE_STORAGE_CONNECTION_STRING: 'AccountName=opal-7781-canary' }],
    ['a file that is not there', { FAL_KEY: '', FAL_KEY_FILE: '/no/such/opal-7781-canary' }],
    ['an engine at no address', { AUTOMATIC1111_URL: 'artist:opal-7781-canary@engine' }],
  ])('a start with %s ends without showing it', async (_, wrong) => {
    await using failing = startServerProcess({ directory, environment: { ...toEnvironment(), ...wrong } });
    expect(await failing.ended).not.toBe(0);
    expect(failing.stderr).toMatch(/\w/);
    const written = [failing.stdout, failing.stderr];
    expect(findMarkers(written, [...toWanted(), 'opal-7781-canary'])).toEqual([]);
  });

  test('a server that is asked to stop says nothing of them either', async () => {
    await using stopped = startServerProcess({ directory, environment: toEnvironment() });
    await stopped.ready;
    stopped.child.kill('SIGTERM');
    expect(await stopped.ended).toBe(0);
    expect(findMarkers([stopped.stdout, stopped.stderr], toWanted())).toEqual([]);
  });
});

/** A header of the Basic scheme shows what it holds only when it is decoded. */
function unpackBasic(text: string): string {
  return text.replace(/Basic ([\w+/=]+)/g, (_, token) => Buffer.from(token, 'base64').toString());
}
