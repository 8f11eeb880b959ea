import { expect, test } from 'vitest';
import { conclude } from './support/conclude.ts';
import { createPrompt, models, startFleet } from './support/fleet.ts';

const post = (url: string, body: unknown) =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }).then(
    ({ status }) => status,
  );

test('F21 webhooks that are forged, repeated and late: refused or harmless, and the generation ends once', async () => {
  await using fleet = await startFleet();
  const api = await fleet.start({ role: 'api' });
  await fleet.start({ role: 'worker' }, { PUBLIC_URL: api.url });
  const prompt = createPrompt('webhooks');
  const gate = fleet.runpod.hold(prompt);
  const id = await fleet.submit(api.as('alice'), { prompt, model: models.asynchronous });
  const subscriber = fleet.subscribers.follow({ id, over: 'websocket', client: () => api.as('alice') });
  await gate.reached;
  const told = fleet.ledger.entries.find(({ kind }) => kind === 'told-webhook');
  const webhook = told?.webhook ?? '';
  expect(webhook).toContain(api.url);
  const body = { id: told?.jobId, status: 'COMPLETED', output: { image: 'not a picture' } };
  const forged = new URL(webhook);
  forged.searchParams.set('token', 'a'.repeat(43));
  const withoutToken = webhook.replace(/\?.*$/, '');
  const refused = await Promise.all([post(forged.href, body), post(withoutToken, body)]);
  expect(refused).toEqual([401, 401]);
  expect(await post(webhook, 'x'.repeat(10_000_000))).toBe(413);
  // The truth is what the vendor says when it is asked: it still works.
  const early = await Promise.all(Array.from({ length: 100 }, () => post(webhook, body)));
  expect(new Set(early)).toEqual(new Set([200]));
  expect(subscriber.seen.at(-1)).toMatchObject({ status: 'RUNNING' });
  gate.open();
  expect(await subscriber.finished).toMatchObject({ status: 'SUCCEEDED' });
  const late = await Promise.all(Array.from({ length: 100 }, () => post(webhook, { ...body, status: 'FAILED' })));
  expect(new Set(late)).toEqual(new Set([200]));
  const { generations } = await conclude(fleet, { fault: 'F21', what: 'webhooks forged, repeated, late', tries: 203 });
  expect(generations).toMatchObject([{ status: 'SUCCEEDED', attempts: [{ outcome: 'SUCCEEDED' }] }]);
});
