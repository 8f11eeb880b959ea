import { expect, test } from 'vitest';
import { LeaveRunning } from '../../src/providers/leave-running.ts';
import { eventsOf, findModel, toOrder } from '../support/orders.ts';
import { sendJson } from '../support/standins/standin.ts';
import { stopAt } from './job-stage.ts';
import { standinPicture } from './provider-contract.ts';
import { useRunpod } from './runpod-fixtures.ts';

const runpod = useRunpod();
const typesOf = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);

const reason = new Error('Enough of it.');
const working = { status: 'IN_PROGRESS', delayTime: 20, executionTime: 300 };
const done = async () => ({ ...working, status: 'COMPLETED', output: (await standinPicture()).toString('base64') });

test('what a cancelled job took is told before the reason is thrown', async () => {
  runpod.standin.play(working);
  const { events, failure } = await stopAt(runpod.generate, { type: 'progress', reason });
  expect(failure).toBe(reason);
  expect(events.at(-1)).toEqual({ type: 'account', delayMilliseconds: 20, executionMilliseconds: 300 });
});

test('a job that had ended when its cancel came still tells its picture', async () => {
  runpod.standin.play(working, await done());
  runpod.standin.interject(/\/cancel\//, (_, response) => sendJson(response, 200, {}));
  const { events, failure } = await stopAt(runpod.generate, { type: 'progress', reason });
  expect(failure).toBeUndefined();
  expect(typesOf(events)).toEqual(['accepted', 'progress', 'account', 'picture']);
});

test('a job that ended in the moment when its time was over is a success', async () => {
  runpod.standin.play(working, await done());
  runpod.standin.interject(/\/status\//, (request) => request.left);
  runpod.standin.interject(/\/cancel\//, (_, response) => {
    runpod.standin.interject(/\/status\//, async (_request, later) => sendJson(later, 200, await done()));
    sendJson(response, 200, {});
  });
  const events = await Array.fromAsync(runpod.generate({}, runpod.createProvider({ timeoutMilliseconds: 300 })));
  expect(eventsOf(events, 'picture')).toHaveLength(1);
});

test('a job that is left to another process goes on, and is resumed there', async () => {
  runpod.standin.play(working, await done());
  const cancels = runpod.asked('cancel').length;
  const left = new LeaveRunning();
  const { events, failure } = await stopAt(runpod.generate, { type: 'progress', reason: left });
  expect(failure).toBe(left);
  expect(runpod.asked('cancel')).toHaveLength(cancels);
  const [accepted] = eventsOf(events, 'accepted');
  const provider = runpod.createProvider();
  const order = toOrder(findModel(provider, 'runpod/endpoint'));
  const resumed = await Array.fromAsync(provider.resume?.(order, accepted?.providerRequestId ?? '') ?? []);
  expect(typesOf(resumed)).toEqual(['accepted', 'account', 'picture']);
});
