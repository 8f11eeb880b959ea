import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { cancel, generate } from '../support/documents.ts';
import { createHold } from '../support/hold.ts';
import { createStage, paintAfter } from '../support/stage.ts';

const stage = createStage();
let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom({ providers: [stage.provider] });
});
afterAll(() => darkroom[Symbol.asyncDispose]());

function hold() {
  const held = createHold();
  const prompt = stage.prompt(paintAfter(held));
  return { ...held, prompt };
}

test('who waits is answered at the end, with the pictures', async () => {
  const { prompt, reached, release } = hold();
  const answered = darkroom.client.query(generate, { input: { prompt, count: 2 }, waitSeconds: 60 });
  await reached;
  await expect.poll(() => darkroom.app.hub.mailboxCount).toBe(1);
  release();
  const { generation } = (await answered).generateImage;
  expect(generation).toMatchObject({ status: 'SUCCEEDED', images: [{}, {}] });
  expect(darkroom.app.hub.mailboxCount).toBe(0);
});

test('who waits for something that fails is answered with the failure', async () => {
  const prompt = stage.prompt(async function* () {
    yield* [];
  });
  const { generateImage } = await darkroom.client.query(generate, { input: { prompt }, waitSeconds: 60 });
  expect(generateImage.generation).toMatchObject({ status: 'FAILED', failure: { code: 'PROVIDER_BAD_RESPONSE' } });
});

test('who waits for a second is answered after a second, with what there is', async () => {
  const { prompt, release } = hold();
  const from = performance.now();
  const { generateImage } = await darkroom.client.query(generate, { input: { prompt }, waitSeconds: 1 });
  const milliseconds = performance.now() - from;
  expect(generateImage.generation.status).toBe('RUNNING');
  expect(milliseconds).toBeGreaterThanOrEqual(1_000);
  expect(milliseconds).toBeLessThan(4_000);
  expect(darkroom.app.hub.mailboxCount).toBe(0);
  release();
});

test('who does not wait is answered while it is queued', async () => {
  const { prompt, release } = hold();
  const { generateImage } = await darkroom.client.query(generate, { input: { prompt } });
  expect(['QUEUED', 'RUNNING']).toContain(generateImage.generation.status);
  release();
});

test('who leaves while waiting leaves nothing behind, and the generation goes on', async () => {
  const { prompt, reached, release } = hold();
  const leave = new AbortController();
  const answered = fetch(darkroom.client.url, {
    method: 'POST',
    headers: { ...darkroom.client.headers, 'content-type': 'application/json' },
    body: JSON.stringify({ query: generate, variables: { input: { prompt }, waitSeconds: 300 } }),
    signal: leave.signal,
  });
  await reached;
  await expect.poll(() => darkroom.app.hub.mailboxCount).toBe(1);
  leave.abort();
  await expect(answered).rejects.toThrow();
  await expect.poll(() => darkroom.app.hub.mailboxCount).toBe(0);
  release();
  const find = () => darkroom.database.prisma.generation.findFirst({ where: { prompt } });
  await expect.poll(async () => (await find())?.status, { timeout: 5_000 }).toBe('SUCCEEDED');
});

test('somebody else ends the wait by a cancel', async () => {
  const { prompt, reached } = hold();
  const answered = darkroom.client.query(generate, { input: { prompt }, waitSeconds: 60 });
  await reached;
  const { generations } = await darkroom.client.query(
    '{ generations(first: 1, where: { status: [RUNNING] }) { edges { node { id } } } }',
  );
  await darkroom.client.query(cancel, { id: generations.edges[0].node.id });
  expect((await answered).generateImage.generation).toMatchObject({ status: 'CANCELLED', images: [] });
});

test.for([-1, 301])('waiting for %i seconds is refused, and nothing is stored', async (waitSeconds) => {
  const prompt = `waits for ${waitSeconds}`;
  const { generateImage } = await darkroom.client.query(generate, { input: { prompt }, waitSeconds });
  expect(generateImage).toMatchObject({ __typename: 'InvalidInput', issues: [{ path: ['waitSeconds'] }] });
  expect(await darkroom.database.prisma.generation.count({ where: { prompt } })).toBe(0);
});
