import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { createLogger } from '../../src/log.ts';
import { plain } from '../pictures/sample-pictures.ts';
import { type Client, createTestClient } from '../support/client.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { cancel, generate, remove, retry } from '../support/documents.ts';
import { createHold } from '../support/hold.ts';
import { uploadAs } from '../support/multipart.ts';
import { createStage, paint } from '../support/stage.ts';
import { toConfig } from '../support/test-config.ts';
import { createTestViewer } from '../support/test-viewer.ts';

const stack = new AsyncDisposableStack();
const stage = createStage();
let darkroom: Darkroom;
let admin: Client;

beforeAll(async () => {
  darkroom = stack.use(await startDarkroom({ providers: [stage.provider] }));
  const { viewer } = await darkroom.as('root').query('{ viewer { id } }');
  const root = { ...createTestViewer(toUuid(viewer.id)), role: 'ADMIN' } as const;
  const app = stack.use(
    await createApp({
      config: toConfig(darkroom.config),
      role: 'api',
      log: createLogger({ level: 'silent' }),
      providers: [stage.provider],
      identity: { authenticate: async () => root, findUnwelcome: async () => [] },
    }),
  );
  admin = createTestClient({ url: `${app.url}/graphql`, headers: {} });
});
afterAll(() => stack.disposeAsync());

const toUuid = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1] ?? '';

const entries = /* GraphQL */ `
  query ($first: Int, $after: String, $where: AuditEntryFilter) {
    auditEntries(first: $first, after: $after, where: $where) {
      edges { node { id at userId credential apiKeyId action objectId address requestId details } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

async function entriesOf(userId: string, more: object = {}) {
  const { auditEntries } = await admin.query(entries, { where: { userId }, ...more });
  return auditEntries.edges.map(({ node }: { node: object }) => node);
}

test('what somebody does is written down with who and how, newest first, and without their words', async () => {
  const client = darkroom.as('alice');
  const hold = createHold();
  const prompt = stage.prompt(async function* (order) {
    await hold.wait(order.signal);
    yield await paint(order, 0);
  });
  const made = await client.query(generate, { input: { prompt } });
  const { id } = made.generateImage.generation;
  await client.query(cancel, { id });
  await client.query(cancel, { id });
  await expect
    .poll(async () => (await client.query(remove, { id })).deleteGeneration.__typename)
    .toBe('DeleteGenerationSuccess');
  const again = await client.query(generate, { input: { prompt: 'A lake' }, waitSeconds: 30 });
  const retried = await client.query(retry, { id: again.generateImage.generation.id });
  const png = await plain(40, 30).png().toBuffer();
  const { image } = await uploadAs(client, png);
  await uploadAs(client, png);
  await client.query('mutation ($id: ID!) { deleteImage(id: $id) { __typename } }', { id: image.id });
  const { viewer } = await client.query('{ viewer { id } }');
  const told = await entriesOf(viewer.id);
  expect(told.map(({ action, objectId }: Record<string, string>) => [action, objectId])).toEqual([
    ['image.delete', toUuid(image.id)],
    ['image.upload', toUuid(image.id)],
    ['generation.retry', toUuid(retried.retryGeneration.generation.id)],
    ['generation.create', toUuid(again.generateImage.generation.id)],
    ['generation.delete', toUuid(id)],
    ['generation.cancel', toUuid(id)],
    ['generation.create', toUuid(id)],
  ]);
  expect(told[0]).toMatchObject({
    userId: viewer.id,
    credential: 'local',
    apiKeyId: null,
    requestId: expect.any(String),
  });
  expect(JSON.stringify(told)).not.toMatch(/A lake|scripted/);
});

test('the log is read in pages, and by what was done', async () => {
  const { auditEntries: page } = await admin.query(entries, { first: 2, where: { action: 'generation.create' } });
  expect(page.edges).toHaveLength(2);
  const next = await admin.query(entries, { after: page.pageInfo.endCursor, where: { action: 'generation.create' } });
  const ids = [...page.edges, ...next.auditEntries.edges].map(({ node }) => node.id);
  expect(new Set(ids).size).toBe(ids.length);
});

test('what is refused is not written down as done', async () => {
  const client = darkroom.as('bob');
  await client.query(generate, { input: { prompt: 'A lake', model: 'no/model' } });
  await client.query(remove, { id: 'R2VuZXJhdGlvbjox' });
  const { viewer } = await client.query('{ viewer { id } }');
  expect(await entriesOf(viewer.id)).toEqual([]);
});

test('only an admin reads it', async () => {
  const { data, errors } = await darkroom.client.ask(entries);
  expect(data?.auditEntries ?? null).toBeNull();
  expect(errors).toHaveLength(1);
});

test.each(['UPDATE "AuditEntry" SET action = \'x\'', 'DELETE FROM "AuditEntry"', 'TRUNCATE "AuditEntry"'])(
  'nobody takes back what is written: %s',
  async (statement) => {
    await expect(darkroom.database.pool.query(statement)).rejects.toThrow('The audit log is append-only.');
  },
);

describe('whom the server does not let in', () => {
  let now = 0;
  const clock = { now: () => Date.now() + now };
  let door: Darkroom;
  beforeAll(async () => {
    const config = { TRUST_PROXY: '1', RATE_LIMIT_FAILURES: 10_000 };
    const beside = { beside: darkroom, role: 'api', identity: 'configured', providers: [stage.provider] } as const;
    door = stack.use(await startDarkroom({ ...beside, config, clock }));
  });

  const secret = 'dk_live_AAAAAAAA_nobody-must-read-this-in-a-log';
  const knock = (address: string, headers: Record<string, string> = { authorization: `Bearer ${secret}` }) =>
    fetch(`${door.url}/graphql`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'x-forwarded-for': address, 'x-request-id': 'knock' },
      body: '{"query":"{ __typename }"}',
    });

  async function refusals() {
    const { auditEntries } = await admin.query(entries, { first: 100, where: { action: 'authentication.fail' } });
    return auditEntries.edges.map(({ node }: { node: object }) => node).toReversed();
  }
  const count = async () => (await refusals()).length;

  test('is written down with the address, once a minute for each, and without what was shown', async () => {
    for (let time = 0; time < 30; time++) expect((await knock('192.0.2.1')).status).toBe(401);
    expect((await knock('192.0.2.2', {})).status).toBe(401);
    // One line, whose address has a hundred names.
    for (const end of ['1', '2', 'ffff']) expect((await knock(`2001:db8::${end}`)).status).toBe(401);
    await expect.poll(count, { timeout: 15_000 }).toBe(3);
    expect(await refusals()).toMatchObject([
      { address: '192.0.2.1', details: '{"shown":"authorization"}', credential: 'none', userId: null, apiKeyId: null },
      { address: '192.0.2.2', details: '{"shown":"nothing"}', requestId: 'knock', objectId: null },
      { address: '2001:db8::1' },
    ]);
    expect(JSON.stringify(await refusals())).not.toMatch(/nobody-must-read|dk_live/);
    now += 60_001;
    expect((await knock('192.0.2.1')).status).toBe(401);
    await expect.poll(count, { timeout: 15_000 }).toBe(4);
  });

  test('is answered before it is written down', async () => {
    const before = await count();
    const connection = await darkroom.database.pool.connect();
    await connection.query('BEGIN');
    await connection.query('LOCK TABLE "AuditEntry" IN ACCESS EXCLUSIVE MODE');
    expect((await knock('192.0.2.3')).status).toBe(401);
    await connection.query('COMMIT');
    connection.release();
    await expect.poll(count, { timeout: 15_000 }).toBe(before + 1);
  });
});
