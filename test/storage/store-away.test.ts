import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { noise } from '../pictures/sample-pictures.ts';
import { toModel } from '../support/blank-provider.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { cancel, follow, generate } from '../support/documents.ts';
import { collect, readRow, submit, toProgress, typesOf, waitForEnd } from '../support/generations.ts';
import { sendFiles, upload, uploadAs } from '../support/multipart.ts';
import { createStage, paintAll } from '../support/stage.ts';
import { answerWith, sayNothing, startTroubledStorage, type TroubledStorage } from './troubled-storage.ts';

const stage = createStage(toModel('mixer/mixer', { inputImages: { min: 0, max: 1 } }));
let calls = 0;
let storage: TroubledStorage;
let darkroom: Darkroom;
beforeAll(async () => {
  storage = await startTroubledStorage();
  const config = { AZURE_STORAGE_CONNECTION_STRING: storage.connectionString };
  darkroom = await startDarkroom({ providers: [stage.provider], config });
});
beforeEach(() => {
  storage.end();
  calls = 0;
});
afterAll(async () => {
  await darkroom[Symbol.asyncDispose]();
  await storage[Symbol.asyncDispose]();
});

function newPrompt(): string {
  return stage.prompt((order) => {
    calls += 1;
    return paintAll(order);
  });
}

const withImages = /* GraphQL */ `
  query ($id: ID!) { generation(id: $id) { images { sizeBytes link { href } } } }
`;

test('a generation whose store is away for a while succeeds, and its provider is called once', async () => {
  // Longer than one call of the store tries by itself.
  storage.make(answerWith(503, 'ServerBusy'), { times: 7, method: 'PUT' });
  const id = await submit(darkroom.client, { prompt: newPrompt() });
  const snapshots = await collect(darkroom.client.subscribe(follow, { id, afterSequence: 0 }));
  expect(typesOf(snapshots).slice(-3)).toEqual(['IMAGE_GENERATED', 'IMAGE_STORED', 'SUCCEEDED']);
  expect(calls).toBe(1);
  expect(await readRow(darkroom, id)).toMatchObject({ attempts: [{ outcome: 'SUCCEEDED' }], images: [{}] });
  const { generation } = await darkroom.client.query(withImages, { id });
  const [{ sizeBytes, link }] = generation.images;
  expect((await (await fetch(link.href)).arrayBuffer()).byteLength).toBe(sizeBytes);
});

test.for([
  ['refuses our key', answerWith(403, 'AuthenticationFailed')],
  ['says nothing', sayNothing],
] as const)('a generation waits while the store %s, and can be cancelled meanwhile', async ([, trouble]) => {
  storage.make(trouble, { method: 'PUT' });
  const id = await submit(darkroom.client, { prompt: newPrompt() });
  const stream = darkroom.client.subscribe(follow, { id, afterSequence: 0 });
  await storage.met(1);
  let seen = toProgress((await stream.next()).value);
  while (seen.event?.type !== 'IMAGE_GENERATED') seen = toProgress((await stream.next()).value);
  expect(seen).toMatchObject({ status: 'RUNNING', stage: 'STORING' });
  await darkroom.client.query(cancel, { id });
  const rest = await collect(stream);
  expect(rest.at(-1)).toMatchObject({ status: 'CANCELLED' });
  expect(calls).toBe(1);
  expect(await readRow(darkroom, id)).toMatchObject({ attempts: [{ outcome: 'CANCELLED' }], images: [] });
});

test('a worker that stops does not wait for the store, and the next one goes on', async () => {
  const { AZURE_STORAGE_CONNECTION_STRING } = darkroom.config;
  const providers = [stage.provider];
  await using api = await startDarkroom({ role: 'api', providers, config: { AZURE_STORAGE_CONNECTION_STRING } });
  await using stopping = new AsyncDisposableStack();
  stopping.use(await startDarkroom({ role: 'worker', providers, beside: api }));
  storage.make(answerWith(403, 'AuthenticationFailed'), { method: 'PUT' });
  const id = await submit(api.client, { prompt: newPrompt() });
  await storage.met(1);
  await stopping.disposeAsync();
  expect(await readRow(api, id)).toMatchObject({ status: 'RUNNING' });
  storage.end();
  await using _next = await startDarkroom({ role: 'worker', providers, beside: api });
  expect(await waitForEnd(api.client, follow, id)).toMatchObject({ status: 'SUCCEEDED' });
});

test('who sends an image while the store is away is told so, instead of being left waiting', async () => {
  storage.make(answerWith(403, 'AuthenticationFailed'), { method: 'PUT' });
  const bytes = await noise(64, 64).png().toBuffer();
  const unavailable = [
    { message: 'The image storage cannot be used. Try again.', extensions: { code: 'UNAVAILABLE' } },
  ];
  const files = { 'variables.file': new File([new Uint8Array(bytes)], 'a.png') };
  const uploaded = await sendFiles(darkroom.client, { query: upload, variables: { file: null }, files });
  expect(uploaded.errors).toMatchObject(unavailable);
  const dataUrl = `data:image/png;base64,${bytes.toString('base64')}`;
  const input = { prompt: 'from this', inputImages: [{ dataUrl }] };
  expect((await darkroom.client.ask(generate, { input })).errors).toMatchObject(unavailable);
  storage.end();
  expect((await uploadAs(darkroom.client, bytes)).__typename).toBe('UploadImageSuccess');
});
