import { expect, test, vi } from 'vitest';
import type { Provider } from '../../src/providers/provider.ts';
import type { WebhookDelivery } from '../../src/providers/webhook.ts';
import { createFalSigner } from '../support/standins/fal-webhooks.ts';
import { replicateSecret, signAsReplicate } from '../support/standins/replicate-webhooks.ts';
import { sendJson, sendText } from '../support/standins/standin.ts';
import { openFal, submitsOf } from './fal-fixtures.ts';
import { bodyOf } from './job-stage.ts';
import { creationsOf, openReplicate } from './replicate-fixtures.ts';
import { useRunpod } from './runpod-fixtures.ts';

const runpod = useRunpod();
const replicate = await openReplicate();
const fal = await openFal();

const webhookUrl = 'https://darkroom.example/webhooks/vendor/call.1?token=a-b_c';

function toDelivery(body: string, headers: Record<string, string> = {}): WebhookDelivery {
  return { headers: new Headers(headers), body: Buffer.from(body) };
}

function webhookOf({ webhook }: Provider) {
  if (webhook === undefined) throw new Error('It has no webhooks.');
  return webhook;
}

test('RunPod is told in the body of a job where to say that it has ended', async () => {
  await Array.fromAsync(runpod.generate({ webhookUrl }));
  expect(runpod.lastRun()).toMatchObject({ webhook: webhookUrl });
});

test('Replicate is told where to say that a prediction has ended, and to say nothing else', async () => {
  await Array.fromAsync(replicate.generate({ webhookUrl }));
  const told = { webhook: webhookUrl, webhook_events_filter: ['completed'] };
  expect(bodyOf(creationsOf(replicate.standin).at(-1))).toMatchObject(told);
});

test('fal is told in the address of a request where to say that it has ended', async () => {
  await Array.fromAsync(fal.generate({ webhookUrl }));
  const { pathname, searchParams } = new URL(submitsOf(fal.standin).at(-1)?.path ?? '', fal.standin.url);
  expect(pathname).toBe('/fal-ai/flux/schnell');
  expect([...searchParams]).toEqual([['fal_webhook', webhookUrl]]);
});

// Of the nock bodies in replicate/replicate-javascript (index.test.ts).
const publishedBody = '{"test": 2432232314}';
const published = {
  'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  'webhook-timestamp': '1614265330',
  'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const publishedSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const secretPath = /\/webhooks\/default\/secret$/;
const secretsAsked = () => replicate.standin.received.filter(({ path }) => secretPath.test(path)).length;

test('a signature that Replicate publishes is right, at its time and no other', async () => {
  const webhook = webhookOf(replicate.createProvider({ url: replicate.standin.url }));
  replicate.standin.interject(secretPath, (_, response) => sendJson(response, 200, { key: publishedSecret }));
  const delivery = toDelivery(publishedBody, published);
  vi.useFakeTimers({ toFake: ['Date'], now: 1_614_265_330_000 });
  try {
    expect(await webhook.authenticate(delivery)).toBe(true);
    vi.setSystemTime(1_614_265_330_000 + 299_000);
    expect(await webhook.authenticate(delivery)).toBe(true);
    vi.setSystemTime(1_614_265_330_000 + 302_000);
    expect(await webhook.authenticate(delivery)).toBe(false);
  } finally {
    vi.useRealTimers();
  }
});

test("Replicate's secret is asked for once, with our token, and one of several signatures is enough", async () => {
  const webhook = webhookOf(replicate.createProvider({ url: replicate.standin.url }));
  const before = secretsAsked();
  const headers = signAsReplicate('{}');
  const both = { ...headers, 'webhook-signature': `v1a,x v1,AAAA ${headers['webhook-signature']}` };
  const deliveries = [toDelivery('{}', headers), toDelivery('{}', both)];
  expect(await Promise.all(deliveries.map((delivery) => webhook.authenticate(delivery)))).toEqual([true, true]);
  expect(secretsAsked()).toBe(before + 1);
});

test('a secret that was changed is found, and forgeries ask for it once a minute at the most', async () => {
  const webhook = webhookOf(replicate.createProvider({ url: replicate.standin.url }));
  const now = Date.now();
  vi.useFakeTimers({ toFake: ['Date'], now });
  try {
    replicate.standin.interject(secretPath, (_, response) => sendJson(response, 200, { key: publishedSecret }));
    const before = secretsAsked();
    for (let times = 0; times < 20; times += 1) {
      expect(await webhook.authenticate(toDelivery('{}', signAsReplicate('{}', { at: now })))).toBe(false);
    }
    expect(secretsAsked()).toBe(before + 1);
    vi.setSystemTime(now + 60_000);
    expect(await webhook.authenticate(toDelivery('{}', signAsReplicate('{}', { at: now + 60_000 })))).toBe(true);
    expect(secretsAsked()).toBe(before + 2);
  } finally {
    vi.useRealTimers();
  }
});

test('nothing is proven while the secret cannot be had, or is none', async () => {
  for (const key of [undefined, 'whsec_!', 7]) {
    const webhook = webhookOf(replicate.createProvider({ url: replicate.standin.url }));
    replicate.standin.interject(secretPath, (_, response) =>
      key === undefined ? sendText(response, 502, '<h1>No</h1>') : sendJson(response, 200, { key }),
    );
    const headers = signAsReplicate('{}', { secret: replicateSecret });
    expect(await webhook.authenticate(toDelivery('{}', headers))).toBe(false);
  }
});

const keysPath = /jwks\.json$/;

test("fal's keys are asked for without ours, and any of them may have signed", async () => {
  const { standin } = fal;
  const webhook = webhookOf(fal.createProvider({ url: standin.url }));
  const other = createFalSigner();
  const unknown = { kty: 'RSA', n: 'a', e: 'AQAB' };
  const keys = [unknown, ...other.keySet.keys, ...standin.signer.keySet.keys];
  standin.interject(keysPath, (_, response) => sendJson(response, 200, { keys }));
  expect(await webhook.authenticate(toDelivery('{}', standin.signer.sign('{}')))).toBe(true);
  expect(await webhook.authenticate(toDelivery('{}', other.sign('{}')))).toBe(true);
  expect(await webhook.authenticate(toDelivery('{ }', other.sign('{}')))).toBe(false);
  const asked = standin.received.findLast(({ path }) => keysPath.test(path));
  expect(asked?.headers).not.toHaveProperty('authorization');
});

test.each([
  ['not yet', 299_000, true],
  ['too early', 302_000, false],
  ['too late', -302_000, false],
])("a signature of fal's that is %s in time", async (_, awayMilliseconds, isRight) => {
  const webhook = webhookOf(fal.provider);
  const headers = fal.standin.signer.sign('{}', { at: Date.now() + awayMilliseconds });
  expect(await webhook.authenticate(toDelivery('{}', headers))).toBe(isRight);
});

test.each(['request-id', 'user-id', 'timestamp', 'signature'])(
  "nothing of fal's is proven without its %s",
  async (name) => {
    const { [`x-fal-webhook-${name}`]: _, ...headers } = fal.standin.signer.sign('{}');
    expect(await webhookOf(fal.provider).authenticate(toDelivery('{}', headers))).toBe(false);
  },
);

test('the id of the call is read, and nothing that is no id', () => {
  const find = (provider: Provider, body: unknown) =>
    webhookOf(provider).findRequestId(toDelivery(JSON.stringify(body)));
  expect(find(runpod.createProvider(), { id: 'abc-u1', status: 'COMPLETED' })).toBe('abc-u1');
  expect(find(replicate.provider, { id: 'rrr4z55ocneqzikepnug6xezpe' })).toBe('rrr4z55ocneqzikepnug6xezpe');
  expect(find(fal.provider, { request_id: 'a1', gateway_request_id: 'b2', status: 'ERROR' })).toBe('a1');
  for (const provider of [runpod.createProvider(), replicate.provider, fal.provider]) {
    for (const id of ['', '../x', 'x'.repeat(200), 7, null]) {
      expect(find(provider, { id, request_id: id })).toBeUndefined();
    }
    expect(webhookOf(provider).findRequestId(toDelivery('no JSON'))).toBeUndefined();
  }
});
