import { expect, test } from 'vitest';
import { createTestProvider, useRunpod } from '../providers/runpod-fixtures.ts';
import { startDarkroom } from '../support/darkroom.ts';
import { follow } from '../support/documents.ts';
import { readRow, submit, waitForEnd } from '../support/generations.ts';
import { postWebhook } from '../support/standins/post-webhook.ts';
import type { ReceivedRequest } from '../support/standins/standin.ts';

const runpod = useRunpod();

const config = { PUBLIC_URL: 'https://darkroom.example', SHUTDOWN_SECONDS: 0 };

/** RunPod takes the next job, and its answer never arrives. */
function loseAnswer() {
  const taken = Promise.withResolvers<{ readonly jobId: string; readonly webhook: string }>();
  runpod.standin.interject(/\/run$/, async (request) => {
    const { id } = await passOn(request);
    taken.resolve({ jobId: id, webhook: JSON.parse(`${request.body}`).webhook });
    return request.left;
  });
  return taken.promise;
}

async function passOn({ path, headers, body }: ReceivedRequest): Promise<{ readonly id: string }> {
  const { authorization = '' } = headers;
  const told = { method: 'POST', headers: { authorization }, body: body.toString() };
  return (await fetch(`${runpod.standin.url}${path}`, told)).json() as Promise<{ readonly id: string }>;
}

/** A worker that is gone before RunPod's answer arrives: nobody knows the id of the job. */
async function loseWorker() {
  const providers = [createTestProvider(runpod.standin.endpointUrl)];
  const jobsBefore = runpod.standin.jobs.size;
  const api = await startDarkroom({ providers, config, role: 'api' });
  const startWorker = () => startDarkroom({ providers, config, role: 'worker', beside: api, concurrency: 1 });
  const worker = await startWorker();
  const lost = loseAnswer();
  const id = await submit(api.client, { prompt: 'A grey lake', model: 'runpod/endpoint' });
  const { jobId, webhook } = await lost;
  await worker[Symbol.asyncDispose]();
  const { pathname, search } = new URL(webhook);
  return {
    api,
    id,
    startWorker,
    /** As RunPod tells it when the job is done. */
    tell: () => postWebhook(`${api.url}${pathname}${search}`, JSON.stringify({ id: jobId })),
    countJobs: () => runpod.standin.jobs.size - jobsBefore,
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

test('a job whose id was lost with its worker is followed by the id that its webhook brings, and paid once', async () => {
  await using lost = await loseWorker();
  const { api, id } = lost;
  expect(await lost.tell()).toBe(200);
  await using _next = await lost.startWorker();
  expect(await waitForEnd(api.client, follow, id)).toMatchObject({ status: 'SUCCEEDED', imagesStored: 1 });
  expect(await readRow(api, id)).toMatchObject({ attempts: [{ number: 1, outcome: 'SUCCEEDED' }] });
  expect(lost.countJobs()).toBe(1);
});

test('whoever takes over waits for the webhook that brings the id, and lets others run meanwhile', async () => {
  await using lost = await loseWorker();
  const { api, id } = lost;
  await using _next = await lost.startWorker();
  const other = await submit(api.client, { prompt: 'A green lake', model: 'runpod/endpoint' });
  expect(await waitForEnd(api.client, follow, other)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await readRow(api, id)).toMatchObject({ status: 'RUNNING', attempts: [{ outcome: 'RUNNING' }] });
  expect(await lost.tell()).toBe(200);
  expect(await waitForEnd(api.client, follow, id)).toMatchObject({ status: 'SUCCEEDED', imagesStored: 1 });
  expect(await readRow(api, id)).toMatchObject({ attempts: [{ number: 1, outcome: 'SUCCEEDED' }] });
  expect(lost.countJobs()).toBe(2);
});

test('an id that no webhook brings in the time of the call is given up, and the call is not made again', async () => {
  await using lost = await loseWorker();
  const { api, id } = lost;
  await api.database.pool.query(`UPDATE "Attempt" SET "startedAt" = "startedAt" - interval '1 day'`);
  await using _next = await lost.startWorker();
  expect(await waitForEnd(api.client, follow, id)).toMatchObject({ status: 'FAILED' });
  expect(await readRow(api, id)).toMatchObject({ attempts: [{ number: 1, outcome: 'UNKNOWN' }] });
  expect(lost.countJobs()).toBe(1);
});
