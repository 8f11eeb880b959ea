import { afterAll, beforeAll, expect, test } from 'vitest';
import { toFailure } from '../../src/generations/failure-of.ts';
import type { ProviderEvent } from '../../src/providers/provider.ts';
import { ProviderError } from '../../src/providers/provider-error.ts';
import { StorageError } from '../../src/storage/storage-error.ts';
import { blankModel, blankPicture } from '../support/blank-provider.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { follow } from '../support/documents.ts';
import { readRow, submit, waitForEnd } from '../support/generations.ts';
import { createStage, paint, paintAll, type Script } from '../support/stage.ts';

const stage = createStage();
let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom({ providers: [stage.provider] });
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const outcome = /* GraphQL */ `
  query ($id: ID!) {
    generation(id: $id) {
      status costUsd warnings { option message } images { seed }
      failure { code message retryable stage categories }
      attempts { number kind outcome costUsd finishedAt failure { code message retryable stage categories } }
      progress { status message stage }
    }
  }
`;

interface Performance {
  readonly count?: number;
  readonly on?: Darkroom;
  readonly deadlineSeconds?: number;
}

async function perform(script: Script, { count = 1, on = darkroom, ...wishes }: Performance = {}) {
  const id = await submit(on.client, { prompt: stage.prompt(script), count, ...wishes });
  const last = await waitForEnd(on.client, follow, id);
  const { generation } = await on.client.query(outcome, { id });
  expect(generation.progress).toMatchObject({ status: last.status, stage: null });
  return { id, generation };
}

function fail(error: unknown): Script {
  return async function* () {
    yield* [];
    throw error;
  };
}

function send(bytes: Uint8Array): Script {
  return async function* () {
    yield { type: 'picture', position: 0, seed: null, bytes };
  };
}

test('what a provider says of its failure is what the client reads, of the generation and of the attempt', async () => {
  const message = 'The prompt was refused.';
  const { generation } = await perform(fail(new ProviderError(message, { code: 'CONTENT_REFUSED', retryable: false })));
  const failure = { code: 'CONTENT_REFUSED', message, retryable: false, stage: 'WAITING_FOR_PROVIDER', categories: [] };
  expect(generation).toMatchObject({
    status: 'FAILED',
    images: [],
    warnings: [],
    failure,
    attempts: [{ number: 1, kind: 'GENERATE', outcome: 'FAILED', failure, finishedAt: expect.any(String) }],
    progress: { message },
  });
});

test.for([
  ['an error', new Error('password=hunter2 at 10.0.0.1')],
  ['an error of the language', new TypeError('cannot read hunter2 of undefined')],
  ['a text', 'hunter2'],
  ['nothing', undefined],
  ['null', null],
] as const)(
  '%s that nobody expected is a fault of the server, and its words stay with the server',
  async ([, error]) => {
    const { generation } = await perform(fail(error));
    expect(generation).toMatchObject({ status: 'FAILED', failure: { code: 'INTERNAL', retryable: true } });
    expect(JSON.stringify(generation)).not.toContain('hunter2');
  },
);

test('a picture that is cut off is refused', async () => {
  const whole = await blankPicture(64, 64);
  const { id, generation } = await perform(send(whole.subarray(0, whole.length - 20)));
  expect(generation).toMatchObject({ status: 'FAILED', failure: { code: 'PROVIDER_BAD_RESPONSE', stage: 'STORING' } });
  expect(await readRow(darkroom, id)).toMatchObject({ images: [] });
});

test.for([
  ['a page of HTML', Buffer.from('<!doctype html><title>502 Bad Gateway</title>')],
  ['nothing', Buffer.alloc(0)],
  ['a script in the clothes of a picture', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
] as const)('%s is no picture', async ([, bytes]) => {
  const { generation } = await perform(send(bytes));
  expect(generation).toMatchObject({ status: 'FAILED', images: [], failure: { code: 'PROVIDER_BAD_RESPONSE' } });
});

test('a provider that makes no picture has failed', async () => {
  const { generation } = await perform(async function* () {
    yield { type: 'progress', fraction: 1, step: 1, totalSteps: 1 };
  });
  expect(generation).toMatchObject({ status: 'FAILED', failure: { code: 'PROVIDER_BAD_RESPONSE' } });
});

test('one of two pictures is a success with a warning, and one is paid', async () => {
  const { generation } = await perform(
    async function* (order) {
      yield await paint(order, 1);
    },
    { count: 2 },
  );
  expect(generation).toMatchObject({
    status: 'SUCCEEDED',
    failure: null,
    costUsd: '0.010000',
    images: [{}],
    warnings: [{ option: 'count', message: 'Only 1 of 2 pictures were made.' }],
    attempts: [{ outcome: 'SUCCEEDED' }],
  });
});

test('a failure after the first of two pictures is a success with a warning, and the attempt keeps the failure', async () => {
  const { generation } = await perform(
    async function* (order) {
      yield await paint(order, 0);
      throw new ProviderError('The engine ran out of paint.', { code: 'PROVIDER_UNAVAILABLE', retryable: true });
    },
    { count: 2 },
  );
  expect(generation).toMatchObject({
    status: 'SUCCEEDED',
    failure: null,
    images: [{}],
    attempts: [{ outcome: 'FAILED', costUsd: '0.010000', failure: { code: 'PROVIDER_UNAVAILABLE' } }],
  });
  expect(JSON.stringify(generation.warnings)).toContain('The engine ran out of paint.');
});

const picture = async (position: number): Promise<ProviderEvent> => {
  return { type: 'picture', position, seed: null, bytes: await blankPicture(64, 64) };
};

test.for([[[7]], [[-1]], [[0.5]], [[0, 0]], [[0, 1, 0]]] as const)(
  'pictures at the places %j are not what was ordered, and what was ordered is kept',
  async ([positions]) => {
    const { id, generation } = await perform(
      async function* () {
        for (const position of positions) yield await picture(position);
      },
      { count: 2 },
    );
    expect(generation.attempts).toMatchObject([{ outcome: 'FAILED', failure: { code: 'PROVIDER_BAD_RESPONSE' } }]);
    const kept = [0, 1].filter((position) => (positions as readonly number[]).includes(position));
    expect((await readRow(darkroom, id))?.images.map(({ position }) => position)).toEqual(kept);
    expect(generation.status).toBe(kept.length > 0 ? 'SUCCEEDED' : 'FAILED');
  },
);

test('a failure does not touch the next generation', async () => {
  await perform(fail(new Error('out of order')));
  expect((await perform(paintAll)).generation).toMatchObject({ status: 'SUCCEEDED', failure: null });
});

test('a model that is no longer configured fails what was queued for it', async () => {
  await using api = await startDarkroom({ role: 'api', providers: [stage.provider] });
  const id = await submit(api.client, { prompt: 'nobody takes it' });
  const another = createStage({ ...blankModel, slug: 'blank/another' });
  await using _worker = await startDarkroom({ role: 'worker', beside: api, providers: [another.provider] });
  expect(await waitForEnd(api.client, follow, id)).toMatchObject({ status: 'FAILED' });
  const { generation } = await api.client.query(outcome, { id });
  expect(generation).toMatchObject({ failure: { code: 'MODEL_RETIRED', retryable: false }, attempts: [] });
});

test('a storage that is away holds a generation until its deadline, and works again when it is back', async () => {
  const connection = darkroom.config.AZURE_STORAGE_CONNECTION_STRING ?? '';
  const { origin } = new URL(/BlobEndpoint=([^;]+)/.exec(connection)?.[1] ?? '');
  await using proxy = await startCuttingProxy(origin);
  const config = { AZURE_STORAGE_CONNECTION_STRING: connection.replaceAll(origin, proxy.url) };
  await using apart = await startDarkroom({ providers: [stage.provider], config });
  proxy.cutAfter(0);
  proxy.cutNow();
  const { generation } = await perform(paintAll, { on: apart, deadlineSeconds: 2 });
  expect(generation).toMatchObject({
    status: 'FAILED',
    images: [],
    failure: { code: 'TIMED_OUT', retryable: true, stage: 'STORING' },
  });
  expect(JSON.stringify(generation)).not.toContain('127.0.0.1');
  proxy.cutAfter(Number.POSITIVE_INFINITY);
  expect((await perform(paintAll, { on: apart })).generation).toMatchObject({ status: 'SUCCEEDED' });
});

test('a storage that stays away fails the generation as such, and what it said stays with the server', () => {
  const error = new StorageError('Storing at 127.0.0.1 failed.', { fault: 'AWAY' });
  const failure = { code: 'STORAGE_UNAVAILABLE', message: 'The picture could not be stored.', retryable: true };
  expect(toFailure(error, 'STORING')).toEqual({ ...failure, stage: 'STORING', categories: [] });
});
