import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeKey } from '../../src/graphql/global-ids.ts';
import { openProviders as openFal } from '../providers/fal-fixtures.ts';
import { openProviders as openReplicate } from '../providers/replicate-fixtures.ts';
import { createTestProvider } from '../providers/runpod-fixtures.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { cancel, follow } from '../support/documents.ts';
import { readRow, submit, toProgress, waitForEnd } from '../support/generations.ts';
import { type FalStandin, startFalStandin } from '../support/standins/fal.ts';
import { createFalSigner } from '../support/standins/fal-webhooks.ts';
import { postWebhook } from '../support/standins/post-webhook.ts';
import { type ReplicateStandin, startReplicateStandin } from '../support/standins/replicate.ts';
import { signAsReplicate } from '../support/standins/replicate-webhooks.ts';
import { type RunpodStandin, startRunpodStandin } from '../support/standins/runpod.ts';
import { type Standin, startStandin } from '../support/standins/standin.ts';

/** Longer than any test may take. */
const pollMilliseconds = { first: 60_000, most: 60_000 };
const createReplicate = openReplicate();
const createFal = openFal();

const stack = new AsyncDisposableStack();
/** Where vendors reach the api process from outside. */
let gateway: Standin;
let runpod: RunpodStandin;
let replicate: ReplicateStandin;
let fal: FalStandin;
let api: Darkroom;
beforeAll(async () => {
  gateway = stack.use(
    await startStandin(async ({ method, path, headers, body }, response) => {
      const { 'content-type': type = '', host: _host, connection: _connection, ...rest } = headers;
      const passed = Object.entries(rest).filter(([name]) => /^(?:webhook|x-fal)-/.test(name)) as [string, string][];
      const told = { method, headers: { 'content-type': type, ...Object.fromEntries(passed) } };
      const answer = await fetch(
        `${api.url}${path}`,
        method === 'GET' ? told : { ...told, body: new Uint8Array(body) },
      );
      response.writeHead(answer.status).end(await answer.text());
    }),
  );
  runpod = stack.use(await startRunpodStandin());
  replicate = stack.use(await startReplicateStandin());
  fal = stack.use(await startFalStandin());
  const providers = [
    createTestProvider(runpod.endpointUrl, { pollMilliseconds }),
    createReplicate({ url: replicate.url, pollMilliseconds }),
    createFal({ url: fal.url, pollMilliseconds }),
  ];
  const options = { providers, config: { PUBLIC_URL: gateway.url } };
  api = stack.use(await startDarkroom({ ...options, role: 'api' }));
  stack.use(await startDarkroom({ ...options, role: 'worker', beside: api }));
});
afterAll(() => stack.disposeAsync());

const models = { runpod: 'runpod/endpoint', replicate: 'replicate/flux-schnell', fal: 'fal/flux-schnell' } as const;
type Vendor = keyof typeof models;
const vendors = Object.keys(models) as readonly Vendor[];

async function readAttempt(id: string) {
  return api.database.prisma.attempt.findFirstOrThrow({ where: { generationId: decodeKey(id, 'Generation') } });
}

async function until(id: string, type: string): Promise<void> {
  for await (const answer of api.client.subscribe(follow, { id, afterSequence: 0 })) {
    if (toProgress(answer).event?.type === type) return;
  }
  throw new Error(`${id} ended before ${type}.`);
}

/** A generation whose job its vendor has taken, which nobody will look at within this test. */
async function begin(vendor: Vendor) {
  const id = await submit(api.client, { prompt: 'A grey lake', model: models[vendor] });
  await until(id, 'PROVIDER_ACCEPTED');
  const { providerRequestId, webhookToken, generationId, number } = await readAttempt(id);
  const jobId = providerRequestId ?? '';
  const path = `/webhooks/${vendor}/${generationId}.${number}`;
  return { id, jobId, generationId, path, url: `${api.url}${path}?token=${webhookToken}` };
}

const end = (vendor: Vendor, jobId: string) => ({ runpod, replicate, fal })[vendor].end(jobId);
const stop = (id: string) => api.client.query(cancel, { id });

describe.each(vendors)('a webhook of %s', (vendor) => {
  test('ends a pause of a minute at once, in another process', async () => {
    const { id, jobId } = await begin(vendor);
    expect(await end(vendor, jobId)).toBe(200);
    expect(await waitForEnd(api.client, follow, id)).toMatchObject({ status: 'SUCCEEDED', imagesStored: 1 });
  });

  test('that comes a hundred times, and late, changes nothing', async () => {
    const { id, jobId, path } = await begin(vendor);
    await end(vendor, jobId);
    const sent = gateway.received.findLast((request) => request.path.startsWith(path));
    const headers = Object.entries(sent?.headers ?? {}).filter(([name]) => /^(?:webhook|x-fal)-/.test(name));
    const again = () =>
      postWebhook(`${api.url}${sent?.path}`, `${sent?.body}`, Object.fromEntries(headers) as Record<string, string>);
    const statuses = await Promise.all(Array.from({ length: 100 }, again));
    expect(new Set(statuses)).toEqual(new Set([200]));
    await waitForEnd(api.client, follow, id);
    const row = await readRow(api, id);
    expect(await again()).toBe(200);
    expect(await readRow(api, id)).toEqual(row);
    expect(row).toMatchObject({ status: 'SUCCEEDED', attempts: [{ outcome: 'SUCCEEDED' }], images: [{ position: 0 }] });
  });
});

describe('what is no webhook of a vendor', () => {
  let begun: Awaited<ReturnType<typeof begin>>;
  beforeAll(async () => {
    begun = await begin('runpod');
  });
  afterAll(() => stop(begun.id));

  const token = () => new URL(begun.url).searchParams.get('token') ?? '';
  const nobody = '01890000-0000-7000-8000-000000000000';

  test.each<[string, () => string]>([
    ['a wrong token', () => `${begun.path}?token=${'A'.repeat(43)}`],
    ['no token', () => begun.path],
    ['an empty token', () => `${begun.path}?token=`],
    ['an unknown attempt', () => `/webhooks/runpod/${begun.generationId}.2?token=${token()}`],
    ['an unknown generation', () => `/webhooks/runpod/${nobody}.1?token=${token()}`],
    ['another provider', () => `/webhooks/fal/${begun.generationId}.1?token=${token()}`],
    ['a provider that there is not', () => `/webhooks/nobody/${begun.generationId}.1?token=${token()}`],
    ['no attempt at all', () => `/webhooks/runpod/?token=${token()}`],
    ['a number beyond all numbers', () => `/webhooks/runpod/${begun.generationId}.99999999999?token=${token()}`],
  ])('is refused for %s, without a word', async (_, toPath) => {
    const answer = await fetch(`${api.url}${toPath()}`, { method: 'POST', body: '{}' });
    expect({ status: answer.status, text: await answer.text() }).toEqual({ status: 401, text: '' });
  });

  test('is refused as a question', async () => {
    const answer = await fetch(begun.url);
    expect({ status: answer.status, allow: answer.headers.get('allow') }).toEqual({ status: 405, allow: 'POST' });
  });

  test('is refused when it is too large, whether it says so or not', async () => {
    const large = 'x'.repeat(10_000_000);
    expect(await postWebhook(begun.url, large)).toBe(413);
    const body = new Blob([large]).stream();
    const unannounced = await fetch(begun.url, { method: 'POST', body, duplex: 'half' } as RequestInit);
    expect(unannounced.status).toBe(413);
    expect((await fetch(`${api.url}/health/live`)).status).toBe(200);
  });

  test('wakes the poll all the same where it is garbage with the right token, and is not believed', async () => {
    const looks = () => runpod.received.filter(({ path }) => path.includes(`/status/${begun.jobId}`)).length;
    const before = looks();
    const looked = Promise.withResolvers<void>();
    runpod.interject(/\/status\//, (_, response) => {
      looked.resolve();
      response.writeHead(500).end();
    });
    expect(await postWebhook(begun.url, '{"status":"COMPLETED","output":"nothing')).toBe(200);
    await looked.promise;
    expect(looks()).toBe(before + 1);
    expect(await readRow(api, begun.id)).toMatchObject({ status: 'RUNNING', images: [] });
  });
});

const ago = () => Date.now() - 301_000;

test.each<[string, Vendor, (body: string) => Record<string, string>]>([
  ['no signature', 'replicate', () => ({})],
  [
    "another account's signature",
    'replicate',
    (body) => signAsReplicate(body, { secret: 'whsec_c29tZWJvZHkgZWxzZQ==' }),
  ],
  ['the signature of another body', 'replicate', (body) => signAsReplicate(`${body} `)],
  ['a signature of long ago', 'replicate', (body) => signAsReplicate(body, { at: ago() })],
  ['no signature', 'fal', () => ({})],
  ["somebody else's signature", 'fal', (body) => createFalSigner().sign(body)],
  ['the signature of another body', 'fal', (body) => fal.signer.sign(`${body} `)],
  ['a signature of long ago', 'fal', (body) => fal.signer.sign(body, { at: ago() })],
])('the right token with %s is refused for %s', async (_, vendor, sign) => {
  const { id, url } = await begin(vendor);
  const body = '{"id":"a","request_id":"a"}';
  expect(await postWebhook(url, body, sign(body))).toBe(401);
  await stop(id);
});

describe('a call whose id nobody has kept', () => {
  /** Its vendor has taken it, and the answer is still on its way. */
  async function beginUnanswered() {
    const asked = Promise.withResolvers<string>();
    runpod.interject(/\/run$/, (request) => {
      asked.resolve(JSON.parse(`${request.body}`).webhook);
      return request.left;
    });
    const id = await submit(api.client, { prompt: 'A grey lake', model: models.runpod });
    return { id, url: await asked.promise };
  }

  test('gets it from its webhook, and keeps the first', async () => {
    const { id, url } = await beginUnanswered();
    for (const told of ['first-job', 'second-job']) {
      expect(await postWebhook(url, JSON.stringify({ id: told, status: 'COMPLETED' }))).toBe(200);
    }
    expect(await readAttempt(id)).toMatchObject({ providerRequestId: 'first-job' });
    await stop(id);
  });

  test('does not get what is the id of another call, or no id', async () => {
    const { id: other, jobId } = await begin('runpod');
    const { id, url } = await beginUnanswered();
    for (const told of [jobId, '../../health', 7]) {
      expect(await postWebhook(url, JSON.stringify({ id: told, status: 'COMPLETED' }))).toBe(200);
    }
    expect(await readAttempt(id)).toMatchObject({ providerRequestId: null });
    await Promise.all([stop(id), stop(other)]);
  });
});

test('nobody is asked to tell anything where no public address is configured', async () => {
  const provider = createTestProvider(runpod.endpointUrl);
  await using darkroom = await startDarkroom({ providers: [provider] });
  const id = await submit(darkroom.client, { prompt: 'A grey lake', model: models.runpod });
  expect(await waitForEnd(darkroom.client, follow, id)).toMatchObject({ status: 'SUCCEEDED' });
  const run = runpod.received.findLast(({ path }) => path.endsWith('/run'));
  expect(JSON.parse(`${run?.body}`)).not.toHaveProperty('webhook');
});
