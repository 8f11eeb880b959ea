import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { noAdvance, type ProgressSnapshot } from '../../src/domain/progress.ts';
import { createLogger } from '../../src/log.ts';
import { type Client, createTestClient } from '../support/client.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { follow } from '../support/documents.ts';
import { submit } from '../support/generations.ts';
import { createHold } from '../support/hold.ts';
import { closingOfNewSocket, openRawSocket } from '../support/raw-socket.ts';
import { createStage } from '../support/stage.ts';
import { toConfig } from '../support/test-config.ts';
import { createTestViewer, toTestUser } from '../support/test-viewer.ts';

interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly requestId?: string;
  readonly error?: { readonly message: string; readonly stack: string };
}

const secret = 'the password is hunter2';
const stage = createStage();
const hold = createHold();
const lines: LogLine[] = [];
let darkroom: Darkroom;
/** A second server on the same database, which writes its log to `lines` and whose authentication fails for eve. */
let app: App;
let client: Client;
let eve: Client;
let id: string;

beforeAll(async () => {
  darkroom = await startDarkroom({ providers: [stage.provider] });
  const prompt = stage.prompt(async function* ({ signal }) {
    yield* [];
    await hold.wait(signal);
  });
  id = await submit(darkroom.client, { prompt });
  const { viewer } = await darkroom.client.query('{ viewer { id } }');
  const alice = Buffer.from(viewer.id, 'base64url').toString().replace('User:', '');
  app = await createApp({
    config: toConfig(darkroom.config),
    role: 'api',
    log: createLogger({ level: 'error', destination: { write: (line) => void lines.push(JSON.parse(line)) } }),
    providers: [stage.provider],
    identity: {
      async authenticate(credentials) {
        if (toTestUser(credentials) === 'eve') throw new Error(secret);
        return createTestViewer(alice);
      },
      findUnwelcome: async () => [],
    },
  });
  const url = `${app.url}/graphql`;
  client = createTestClient({ url, headers: {} });
  eve = createTestClient({ url, headers: { authorization: 'Test eve' } });
});
afterAll(async () => {
  hold.release();
  await app[Symbol.asyncDispose]();
  await darkroom[Symbol.asyncDispose]();
});
beforeEach(() => {
  lines.length = 0;
});
afterEach(async () => {
  expect(await client.query('{ viewer { id } }')).toHaveProperty('viewer.id');
  expect(app.hub.mailboxCount).toBe(0);
});

/** While this lasts, everything that is read of these tables fails with words of the database. */
async function hideTables(): Promise<AsyncDisposable> {
  const rename = async (from: string, to: string) => {
    await darkroom.database.pool.query(`ALTER TABLE "${from}" RENAME TO "${to}"`);
  };
  await rename('GenerationEvent', 'SecretEvent');
  await rename('Image', 'SecretImage');
  return {
    async [Symbol.asyncDispose]() {
      await rename('SecretEvent', 'GenerationEvent');
      await rename('SecretImage', 'Image');
    },
  };
}

const images = '{ generations(first: 1) { edges { node { images { id } } } } }';
const masked = { message: 'Unexpected error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
const leaks = /hunter2|GenerationEvent|"Image"|relation|select|prisma|pg_|stack|node_modules|\.ts|originalError/i;

function expectMasked(answer: unknown): void {
  expect(answer).toMatchObject({ errors: [masked] });
  expect(JSON.stringify(answer)).not.toMatch(leaks);
}

/** One line of the log tells what happened, and in which request. */
function expectLogged(words: RegExp): LogLine {
  const found = lines.filter(({ error }) => words.test(error?.message ?? ''));
  expect(found, JSON.stringify(lines, null, 1)).toHaveLength(1);
  expect(found[0]).toMatchObject({ level: 50, requestId: expect.stringMatching(/^[\w.:-]{1,64}$/) });
  expect(found[0]?.error?.stack).toContain('at ');
  return found[0] as LogLine;
}

async function post(query: string, headers: Record<string, string>): Promise<Response> {
  const body = JSON.stringify({ query });
  return fetch(client.url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
}

test('over HTTP: masked, with the data that there is, and logged with the request’s id', async () => {
  await using _hidden = await hideTables();
  const response = await post(`{ viewer { id } ${images.slice(1)}`, { 'x-request-id': 'proxy-1.a:7' });
  const answer = (await response.json()) as { data: unknown };
  expectMasked(answer);
  expect(answer.data).toMatchObject({ viewer: { id: expect.any(String) }, generations: null });
  expect(response.headers.get('x-request-id')).toBe('proxy-1.a:7');
  expect(expectLogged(/SecretImage|"?Image"?.*does not exist/).requestId).toBe('proxy-1.a:7');
});

test('a request’s id that no proxy would give is replaced, in the answer and in the log', async () => {
  await using _hidden = await hideTables();
  for (const given of ['x'.repeat(65), 'a b', '{"a":1}', 'é']) {
    lines.length = 0;
    const response = await post(images, { 'x-request-id': given });
    const used = response.headers.get('x-request-id');
    expect(used).toMatch(/^[0-9a-f-]{36}$/);
    expectMasked(await response.json());
    expect(expectLogged(/does not exist/).requestId).toBe(used);
  }
});

test('over SSE: masked, once, and logged', async () => {
  await using _hidden = await hideTables();
  const events = await Array.fromAsync(client.subscribeSse(follow, { id }));
  expect(events).toHaveLength(1);
  expectMasked(events[0]);
  expectLogged(/does not exist/);
});

test('over WebSocket: masked for subscriptions and queries, logged, and the socket lives on', async () => {
  const { subscribe, answer, close } = await openRawSocket(client);
  {
    await using _hidden = await hideTables();
    subscribe('follow', follow, { id });
    expectMasked(await answer('follow'));
    expectLogged(/does not exist/);
    lines.length = 0;
    subscribe('query', images);
    expectMasked(await answer('query'));
    expectLogged(/does not exist/);
  }
  subscribe('again', images);
  expect(await answer('again')).not.toHaveProperty('errors');
  await close();
});

test.each(['subscribe', 'subscribeSse'] as const)(
  'a stream that breaks on its way ends masked (%s)',
  async (subscribe) => {
    const events = client[subscribe](follow, { id });
    expect((await events.next()).value).toHaveProperty('data.generationProgress');
    await using _hidden = await hideTables();
    // It skips events, so that they have to be read.
    app.hub.deliver(await readSnapshot({ sequencesAhead: 5 }));
    const last = await events.next().then(
      ({ value }) => value,
      (errors: unknown) => ({ errors }),
    );
    expectMasked(last);
    expectLogged(/does not exist/);
    await expect.poll(() => app.hub.mailboxCount).toBe(0);
  },
);

async function readSnapshot({ sequencesAhead }: { readonly sequencesAhead: number }): Promise<ProgressSnapshot> {
  const { lastSequence, id: generationId, startedAt } = await darkroom.database.prisma.generation.findFirstOrThrow();
  const state = { status: 'RUNNING', stage: 'GENERATING', attempt: 1, message: null, type: 'RETRYING' } as const;
  const position = { generationId, sequence: lastSequence + sequencesAhead, tick: 0, at: new Date(), startedAt };
  return { ...noAdvance, ...state, ...position, imagesStored: 0, previewNumber: 0 };
}

test('an authentication that fails unexpectedly is masked and logged over HTTP, SSE and WebSocket', async () => {
  const response = await post(images, { authorization: 'Test eve', 'x-request-id': 'of-eve' });
  expect(response.status).toBe(500);
  expectMasked(await response.json());
  expect(expectLogged(/hunter2/).requestId).toBe('of-eve');

  lines.length = 0;
  const stream = await post(follow, { authorization: 'Test eve', accept: 'text/event-stream' });
  expect(stream.status).toBe(500);
  expectMasked(await stream.json());
  expectLogged(/hunter2/);

  lines.length = 0;
  expect(await closingOfNewSocket(eve)).toBe('1013 Try again later');
  expectLogged(/hunter2/);
});

test('a permalink that fails unexpectedly tells nothing and is logged', async () => {
  const response = await fetch(`${app.url}/images/x/original`, {
    headers: { authorization: 'Test eve', 'x-request-id': 'link' },
  });
  expect(response.status).toBe(500);
  expectMasked(await response.json());
  expect(expectLogged(/hunter2/).requestId).toBe('link');
});

test('what a client does wrong is not logged as a fault of the server', async () => {
  await client.ask('{ nothing }');
  await client.ask('{');
  await client.ask('{ generations(first: 0) { edges { cursor } } }');
  await client.ask('mutation { generateImage(input: { prompt: "" }) { __typename } }');
  await Array.fromAsync(client.subscribe(follow, { id: 'cat' }));
  await post('{"', { 'content-type': 'application/json' });
  await fetch(client.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' });
  expect(lines).toEqual([]);
});
