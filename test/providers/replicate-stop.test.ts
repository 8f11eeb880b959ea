import { expect, test } from 'vitest';
import { LeaveRunning } from '../../src/providers/leave-running.ts';
import { eventsOf } from '../support/orders.ts';
import type { Timeline } from '../support/standins/replicate.ts';
import { faults, sendJson } from '../support/standins/standin.ts';
import { followsOf, stopAt } from './job-stage.ts';
import { openReplicate } from './replicate-fixtures.ts';

const { standin, generate, resume } = await openReplicate();
const follows = () => followsOf(standin, /^\/v1\/predictions\/[\w-]+/);
const typesOf = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);

const reason = new Error('Enough of it.');
const metrics = { predict_time: 0.75, total_time: 1 };
const busy: Timeline = [{}, { status: 'processing', metrics }];
const picture = 'data:image/png;base64,aGVsbG8=';
const done = { status: 'succeeded', output: picture, metrics };

test('what a cancelled prediction took is told before the reason is thrown', async () => {
  standin.play(busy);
  const { events, failure } = await stopAt(generate, { type: 'progress', reason });
  expect(failure).toBe(reason);
  expect(events.at(-1)).toEqual({ type: 'account', executionMilliseconds: 750, delayMilliseconds: 250 });
  expect(follows().slice(-2)).toEqual(['POST /cancel', 'GET ']);
});

test('a prediction that had ended when its cancel came still tells its picture', async () => {
  standin.play([...busy, done]);
  standin.interject(/\/cancel$/, (_, response) => sendJson(response, 200, {}));
  const { events, failure } = await stopAt(generate, { type: 'progress', reason });
  expect(failure).toBeUndefined();
  expect(typesOf(events)).toEqual(['accepted', 'progress', 'account', 'picture']);
});

test('a picture on its way when the call is stopped still arrives', async () => {
  const { events, failure } = await stopAt(generate, { type: 'account', reason });
  expect(failure).toBeUndefined();
  expect(eventsOf(events, 'picture')).toHaveLength(1);
  expect(follows()).not.toContain('POST /cancel');
});

test('a prediction that failed before its cancel came ends with the reason', async () => {
  standin.play([...busy, { status: 'failed', error: 'out of memory', metrics }]);
  standin.interject(/\/cancel$/, (_, response) => sendJson(response, 200, {}));
  const { events, failure } = await stopAt(generate, { type: 'progress', reason });
  expect(failure).toBe(reason);
  expect(typesOf(events)).toEqual(['accepted', 'progress', 'account']);
});

test('a prediction that cannot be asked for after its cancel ends with the reason', async () => {
  standin.play(busy);
  standin.interject(/\/cancel$/, (_, response) => {
    standin.interject(/\/predictions\/\w+$/, faults.cut);
    sendJson(response, 200, {});
  });
  expect((await stopAt(generate, { type: 'progress', reason })).failure).toBe(reason);
});

test('a prediction that is left to another process goes on, and is resumed there', async () => {
  standin.play([...busy, done]);
  const left = new LeaveRunning();
  const { events, failure } = await stopAt(generate, { type: 'progress', reason: left });
  expect(failure).toBe(left);
  expect(follows()).not.toContain('POST /cancel');
  const [accepted] = eventsOf(events, 'accepted');
  const resumed = await Array.fromAsync(resume(accepted?.providerRequestId ?? ''));
  expect(typesOf(resumed)).toEqual(['accepted', 'account', 'picture']);
});
