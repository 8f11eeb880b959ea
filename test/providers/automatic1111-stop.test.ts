import { expect, test } from 'vitest';
import { LeaveRunning } from '../../src/providers/leave-running.ts';
import { eventsOf, failureOf, toOrder } from '../support/orders.ts';
import { type Automatic1111Standin, startAutomatic1111Standin } from '../support/standins/automatic1111.ts';
import { sendJson, sendText } from '../support/standins/standin.ts';
import { bodiesOf, createProvider, currentModel, order, readOn, readToStep } from './automatic1111-fixtures.ts';

const generatePath = /^\/sdapi\/v1\/txt2img$/;
const reason = new Error('Enough of it.');

const start = (webUi = true) => startAutomatic1111Standin({ stepMilliseconds: 0, webUi });

function hasInterrupted({ received }: Automatic1111Standin): boolean {
  return received.some(({ path }) => path === '/sdapi/v1/interrupt');
}

test('an abort interrupts the task that is worked at, hangs up, and leaves no half picture', async () => {
  await using standin = await start();
  standin.room.holdAt(5);
  const abort = new AbortController();
  const events = order(standin, { signal: abort.signal })[Symbol.asyncIterator]();
  await readToStep(events, 5);
  abort.abort(reason);
  await expect(readOn(events)).rejects.toBe(reason);
  expect(standin.room.interrupted).toHaveLength(1);
  await standin.received[0]?.left;
});

test('a task is interrupted also where it is left to another process, which could not take it up', async () => {
  await using standin = await start();
  standin.room.holdAt(5);
  const abort = new AbortController();
  const events = order(standin, { signal: abort.signal })[Symbol.asyncIterator]();
  await readToStep(events, 5);
  abort.abort(new LeaveRunning());
  await expect(readOn(events)).rejects.toBe(abort.signal.reason);
  expect(standin.room.interrupted).toHaveLength(1);
});

test('leaving the loop early interrupts the task and hangs up', async () => {
  await using standin = await start();
  standin.room.holdAt(5);
  for await (const event of order(standin)) {
    if (event.type === 'progress' && event.step === 5) break;
  }
  expect(standin.room.interrupted).toHaveLength(1);
  await standin.received[0]?.left;
});

test('leaving the loop at the picture interrupts nobody', async () => {
  await using standin = await start();
  for await (const event of order(standin)) {
    if (event.type === 'picture') break;
  }
  expect(hasInterrupted(standin)).toBe(false);
});

test('a picture that has arrived unseen when the abort comes is left where it is', async () => {
  await using standin = await start();
  const abort = new AbortController();
  const finish = Promise.withResolvers<void>();
  const sent = Promise.withResolvers<void>();
  standin.interject(/^\/internal\/progress$/, (_, response) =>
    sendJson(response, 200, { active: true, progress: 0.5 }),
  );
  standin.interject(generatePath, async (_, response) => {
    await finish.promise;
    response.on('finish', sent.resolve);
    sendJson(response, 200, { images: ['aGVsbG8='], info: '' });
  });
  const events = order(standin, { signal: abort.signal })[Symbol.asyncIterator]();
  expect((await events.next()).value).toMatchObject({ type: 'progress', fraction: 0.5 });
  finish.resolve();
  await sent.promise;
  await fetch(`${standin.url}/sdapi/v1/progress`);
  abort.abort(reason);
  await expect(readOn(events)).rejects.toBe(reason);
});

test('a task that waits in the queue is interrupted when its turn comes, and nobody else is', async () => {
  await using standin = await start();
  const hold = standin.room.holdAt(5);
  const first = order(standin)[Symbol.asyncIterator]();
  await readToStep(first, 5);
  standin.room.holdAt(4);
  const abort = new AbortController();
  const queued = Promise.withResolvers<void>();
  standin.interject(/^\/internal\/progress$/, (_, response) => {
    queued.resolve();
    sendJson(response, 200, { active: false, queued: true, completed: false });
  });
  const second = failureOf(order(standin, { signal: abort.signal }));
  await queued.promise;
  abort.abort(reason);
  expect(await second).toBe(reason);
  expect(hasInterrupted(standin)).toBe(false);
  const interrupted = Promise.withResolvers<string | null>();
  standin.interject(/interrupt$/, (_, response) => {
    interrupted.resolve(standin.room.state().taskId);
    sendJson(response, 200, {});
  });
  hold.release();
  expect(eventsOf(await readOn(first), 'picture')).toHaveLength(1);
  expect(await interrupted.promise).toBe(bodiesOf(standin, '/sdapi/v1/txt2img')[1].force_task_id);
});

test('without the web UI nothing tells whose task it is, so nobody is interrupted', async () => {
  await using standin = await start(false);
  const hold = standin.room.holdAt(5);
  const abort = new AbortController();
  const events = order(standin, { signal: abort.signal })[Symbol.asyncIterator]();
  await readToStep(events, 5);
  abort.abort(reason);
  await expect(readOn(events)).rejects.toBe(reason);
  expect(hasInterrupted(standin)).toBe(false);
  hold.release();
});

/** An engine that calls the task active whatever became of it, and is asked only when all is over. */
function orderInVain(standin: Automatic1111Standin, status: number): Promise<unknown> {
  standin.interject(generatePath, (_, response) => sendText(response, status, 'It broke.'));
  standin.interject(/^\/internal\/progress$/, (_, response) => sendJson(response, 200, { active: true }));
  const provider = createProvider({ url: standin.url, pollMilliseconds: 60_000 });
  return failureOf(provider.generate(toOrder(currentModel(provider))));
}

test('a task that failed is not interrupted, though the engine still calls it active', async () => {
  await using standin = await start();
  expect(await orderInVain(standin, 500)).toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
  expect(hasInterrupted(standin)).toBe(false);
});

test('a task that a gateway gave up is interrupted, for the engine still works at it', async () => {
  await using standin = await start();
  expect(await orderInVain(standin, 504)).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', unstarted: false });
  expect(hasInterrupted(standin)).toBe(true);
});

test('a task that takes too long is interrupted', async () => {
  await using standin = await start();
  standin.room.holdAt(5);
  const provider = createProvider({ url: standin.url, timeoutMilliseconds: 100 });
  const failure = await failureOf(provider.generate(toOrder(currentModel(provider), { width: 64, height: 64 })));
  expect(failure).toMatchObject({ code: 'TIMED_OUT', retryable: true });
  expect(standin.room.interrupted).toHaveLength(1);
});
