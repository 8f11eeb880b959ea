import { expect, test } from 'vitest';
import { LeaveRunning } from '../../src/providers/leave-running.ts';
import type { ProviderEvent } from '../../src/providers/provider.ts';
import { eventsOf, failureOf } from '../support/orders.ts';
import { type ComfyuiStandin, startComfyuiStandin } from '../support/standins/comfyui.ts';
import { faults, sendJson } from '../support/standins/standin.ts';
import { order, pathsOf, postedPrompts, resume } from './comfyui-fixtures.ts';

const forever = () => new Promise<void>(() => {});
const reason = new Error('Enough of it.');

/** Aborts at the first event of this type. */
async function stopAt(standin: ComfyuiStandin, type: ProviderEvent['type'], because = reason): Promise<unknown> {
  const abort = new AbortController();
  const events = order(standin, { signal: abort.signal });
  return failureOf(
    (async function* () {
      for await (const event of events) {
        yield event;
        if (event.type === type) abort.abort(because);
      }
    })(),
  );
}

/** What was asked after the job was submitted. */
const pathsAfterSubmit = (standin: ComfyuiStandin) =>
  pathsOf(standin).slice(pathsOf(standin).lastIndexOf('POST /prompt') + 1);

/** Somebody else's job, which runs until it is interrupted. */
async function occupy(standin: ComfyuiStandin) {
  const { promise: started, resolve } = Promise.withResolvers<void>();
  standin.scriptNext({
    onStep: () => {
      resolve();
      return forever();
    },
  });
  const failure = failureOf(order(standin));
  await started;
  return { id: postedPrompts(standin)[0]?.prompt_id, failure };
}

test('a job that runs is cancelled by its id', async () => {
  await using standin = await startComfyuiStandin();
  standin.scriptNext({ onStep: forever });
  expect(await stopAt(standin, 'progress')).toBe(reason);
  expect(pathsAfterSubmit(standin)).toEqual(['POST /api/jobs/{id}/cancel', 'GET /history/{id}']);
  const cancel = standin.received.at(-2);
  expect(cancel?.path).toBe(`/api/jobs/${postedPrompts(standin)[0]?.prompt_id}/cancel`);
});

test('a job that waits is cancelled, and the one that runs is not', async () => {
  await using standin = await startComfyuiStandin();
  const other = await occupy(standin);
  expect(await stopAt(standin, 'accepted')).toBe(reason);
  expect(standin.queuedIds()).toEqual([other.id]);
  standin.interrupt();
  await other.failure;
});

test('an old server is told to interrupt the job only while it runs', async () => {
  await using standin = await startComfyuiStandin({ age: 'old' });
  standin.scriptNext({ onStep: forever });
  expect(await stopAt(standin, 'progress')).toBe(reason);
  expect(pathsAfterSubmit(standin)).toEqual([
    'POST /api/jobs/{id}/cancel',
    'GET /queue',
    'POST /interrupt',
    'GET /history/{id}',
  ]);
  const { prompt_id } = JSON.parse(String(standin.received.at(-2)?.body));
  expect(standin.received.some(({ path }) => path === `/api/jobs/${prompt_id}/cancel`)).toBe(true);
});

test('an old server is told to take a waiting job out of its queue, and interrupts nobody', async () => {
  await using standin = await startComfyuiStandin({ age: 'old' });
  const other = await occupy(standin);
  const [running] = standin.queuedIds();
  expect(await stopAt(standin, 'accepted')).toBe(reason);
  expect(pathsAfterSubmit(standin)).toEqual([
    'POST /api/jobs/{id}/cancel',
    'GET /queue',
    'POST /queue',
    'GET /history/{id}',
  ]);
  expect(standin.queuedIds()).toEqual([running]);
  standin.interrupt();
  await other.failure;
});

test('leaving the loop cancels the job and closes its socket', async () => {
  await using standin = await startComfyuiStandin();
  standin.scriptNext({ onStep: forever });
  const closed = Promise.withResolvers<void>();
  for await (const event of order(standin)) {
    if (event.type === 'accepted') standin.clients.get(event.providerRequestId)?.on('close', () => closed.resolve());
    if (event.type === 'progress') break;
  }
  expect(pathsAfterSubmit(standin)).toEqual(['POST /api/jobs/{id}/cancel']);
  await closed.promise;
  expect(standin.clients.size).toBe(0);
});

test('a job that takes too long is cancelled', async () => {
  await using standin = await startComfyuiStandin();
  standin.scriptNext({ onStep: forever });
  const failure = await failureOf(order(standin, { at: { timeoutMilliseconds: 1_000 } }));
  expect(failure).toMatchObject({ code: 'TIMED_OUT', retryable: true });
  expect(pathsAfterSubmit(standin)).toEqual(['POST /api/jobs/{id}/cancel', 'GET /history/{id}']);
});

test('stopping while the workflow is being taken hangs up, and cancels what may have been taken', async () => {
  await using standin = await startComfyuiStandin();
  const abort = new AbortController();
  const left = Promise.withResolvers<void>();
  standin.interject(/^\/prompt$/, async (request) => {
    abort.abort(reason);
    await request.left;
    left.resolve();
  });
  expect(await failureOf(order(standin, { signal: abort.signal }))).toBe(reason);
  await left.promise;
  expect(pathsAfterSubmit(standin)).toEqual(['POST /api/jobs/{id}/cancel']);
});

test('a workflow whose answer was lost is cancelled by the id that was asked for', async () => {
  await using standin = await startComfyuiStandin();
  standin.interject(/^\/prompt$/, faults.cut);
  await failureOf(order(standin));
  expect(standin.received.at(-1)?.path).toBe(`/api/jobs/${postedPrompts(standin)[0]?.prompt_id}/cancel`);
});

test('what was refused is not cancelled', async () => {
  await using standin = await startComfyuiStandin();
  standin.interject(/^\/prompt$/, (_, response) => sendJson(response, 400, { error: { message: 'No' } }));
  await failureOf(order(standin));
  expect(pathsOf(standin)).toEqual(['POST /prompt']);
});

test('a cancel that fails changes nothing for who stops', async () => {
  await using standin = await startComfyuiStandin();
  standin.scriptNext({ onStep: forever });
  standin.interject(/cancel$/, faults.cut);
  expect(await stopAt(standin, 'progress')).toBe(reason);
});

test('pictures that were made when the stop came are fetched all the same', async () => {
  await using standin = await startComfyuiStandin();
  const abort = new AbortController();
  standin.interject(/^\/view/, (_, response) => {
    abort.abort(reason);
    sendJson(response, 503, {});
  });
  const events = await Array.fromAsync(order(standin, { signal: abort.signal }));
  expect(eventsOf(events, 'picture')).toHaveLength(1);
  expect(pathsOf(standin).filter((path) => path.includes('cancel'))).toEqual([]);
});

test('a job that had ended when its cancel came still tells its pictures', async () => {
  await using standin = await startComfyuiStandin();
  const abort = new AbortController();
  const ended = Promise.withResolvers<void>();
  const step = Promise.withResolvers<void>();
  standin.scriptNext({ onStep: () => step.promise, onEnd: ended.resolve });
  standin.interject(/cancel$/, async (_, response) => {
    step.resolve();
    await ended.promise;
    sendJson(response, 200, { cancelled: false });
  });
  const events: ProviderEvent[] = [];
  for await (const event of order(standin, { signal: abort.signal })) {
    events.push(event);
    if (event.type === 'progress' && !abort.signal.aborted) abort.abort(reason);
  }
  expect(eventsOf(events, 'picture')).toHaveLength(1);
});

test('a job that is left to another process goes on, and is resumed there', async () => {
  await using standin = await startComfyuiStandin();
  const left = new LeaveRunning();
  const step = Promise.withResolvers<void>();
  standin.scriptNext({ onStep: () => step.promise });
  expect(await stopAt(standin, 'progress', left)).toBe(left);
  expect(pathsAfterSubmit(standin)).toEqual([]);
  step.resolve();
  const events = await Array.fromAsync(resume(standin, postedPrompts(standin)[0]?.prompt_id ?? ''));
  expect(eventsOf(events, 'picture')).toHaveLength(1);
});
