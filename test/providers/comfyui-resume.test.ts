import { expect, test } from 'vitest';
import { eventsOf, failureOf } from '../support/orders.ts';
import { type ComfyuiStandin, startComfyuiStandin } from '../support/standins/comfyui.ts';
import { sendJson } from '../support/standins/standin.ts';
import { asking, order, pathsOf, postedPrompts, resume } from './comfyui-fixtures.ts';

const secondId = '0b9c4a31-6a5e-4f0e-9d65-1f6f8f5a2c77';

/** Submits a job as a process did that has ended since. */
async function submitAnew(standin: ComfyuiStandin, id = secondId): Promise<void> {
  await Array.fromAsync(order(standin, { steps: 4 }));
  const body = JSON.stringify({ ...postedPrompts(standin)[0], prompt_id: id, client_id: id });
  await fetch(`${standin.url}/prompt`, { method: 'POST', body });
}

test('a job that another process began is heard and fetched', async () => {
  await using standin = await startComfyuiStandin();
  const listening = Promise.withResolvers<void>();
  standin.scriptNext({});
  standin.scriptNext({ onStep: (step) => (step === 1 ? listening.promise : undefined) });
  await submitAnew(standin);
  // The first look must find it running: what is told during a look that finds the end is not needed any more.
  standin.interject(/^\/queue$/, (_, response) => {
    sendJson(response, 200, { queue_running: [[0, secondId]], queue_pending: [] });
    listening.resolve();
  });
  const events = await Array.fromAsync(resume(standin, secondId, { pictures: [{ position: 2, seed: 9 }] }));
  expect(events[0]).toEqual({ type: 'accepted', providerRequestId: secondId });
  expect(eventsOf(events, 'progress').map(({ step, totalSteps }) => `${step}/${totalSteps}`)).toEqual([
    '2/4',
    '3/4',
    '4/4',
  ]);
  expect(eventsOf(events, 'picture')).toEqual([expect.objectContaining({ position: 2, seed: 9 })]);
});

test('a job that has ended meanwhile is fetched at once', async () => {
  await using standin = await startComfyuiStandin();
  await Array.fromAsync(order(standin));
  const id = postedPrompts(standin)[0]?.prompt_id ?? '';
  const before = pathsOf(standin).length;
  expect(eventsOf(await Array.fromAsync(resume(standin, id)), 'picture')).toHaveLength(1);
  expect(pathsOf(standin).slice(before)).toEqual([
    'GET /history/{id}',
    'GET /view?filename=darkroom_00001_.png&subfolder=&type=output',
  ]);
});

test('a job that failed meanwhile is a failure', async () => {
  await using standin = await startComfyuiStandin();
  standin.scriptNext({ error: { exception_type: 'ValueError', exception_message: 'bad latent' } });
  await failureOf(order(standin));
  const id = postedPrompts(standin)[0]?.prompt_id ?? '';
  const message = 'ComfyUI failed at KSampler: bad latent';
  expect(await failureOf(resume(standin, id))).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE', message });
});

test('a job that is not known is lost, and is not made again', async () => {
  await using standin = await startComfyuiStandin();
  expect(await failureOf(resume(standin, 'some/id?'))).toMatchObject({ code: 'OUTPUT_LOST', retryable: true });
  expect(pathsOf(standin)).toEqual(['GET /history/some%2Fid%3F', 'GET /queue', 'GET /history/some%2Fid%3F']);
});

test('a job that an old server gave another id than its client is asked for', async () => {
  await using standin = await startComfyuiStandin({ age: 'old' });
  const { promise: release, resolve } = Promise.withResolvers<void>();
  const began = Promise.withResolvers<string>();
  standin.scriptNext({
    onStep() {
      began.resolve(standin.queuedIds()[0] ?? '');
      return release;
    },
  });
  const first = Array.fromAsync(order(standin));
  const id = await began.promise;
  const events = [];
  for await (const event of resume(standin, id, { at: asking })) {
    if (event.type === 'accepted') resolve();
    events.push(event);
  }
  expect(eventsOf(events, 'picture')).toHaveLength(1);
  await first;
});

test('a job that was taken up is cancelled when it is stopped', async () => {
  await using standin = await startComfyuiStandin();
  standin.scriptNext({});
  standin.scriptNext({ onStep: () => new Promise(() => {}) });
  await submitAnew(standin);
  for await (const event of resume(standin, secondId)) if (event.type === 'accepted') break;
  expect(pathsOf(standin).at(-1)).toBe('POST /api/jobs/{id}/cancel');
});
