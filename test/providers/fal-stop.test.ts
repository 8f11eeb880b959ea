import { expect, test } from 'vitest';
import { LeaveRunning } from '../../src/providers/leave-running.ts';
import { eventsOf } from '../support/orders.ts';
import { faults, sendJson } from '../support/standins/standin.ts';
import { openFal } from './fal-fixtures.ts';
import { followsOf, stopAt } from './job-stage.ts';

const { standin, generate, resume } = await openFal();
const follows = () => followsOf(standin, /^.*\/requests\/[\w-]+/);
const typesOf = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);

const reason = new Error('Enough of it.');
const working = { status: 'IN_PROGRESS', logs: null };
const done = { status: 'COMPLETED', logs: null, metrics: { inference_time: 0.9 } };

test('what a cancelled request took is told before the reason is thrown', async () => {
  standin.play({ statuses: [working] });
  const { events, failure } = await stopAt(generate, { type: 'progress', reason });
  expect(failure).toBe(reason);
  expect(events.at(-1)).toEqual({ type: 'account', executionMilliseconds: 400 });
  expect(follows().slice(1, 3)).toEqual(['PUT /cancel', 'GET /status?logs=1']);
});

test('a request that had ended when its cancel came still tells its picture', async () => {
  standin.play({ statuses: [working, done] });
  standin.interject(/\/cancel$/, (_, response) => sendJson(response, 400, { status: 'ALREADY_COMPLETED' }));
  const { events, failure } = await stopAt(generate, { type: 'progress', reason });
  expect(failure).toBeUndefined();
  expect(typesOf(events)).toEqual(['accepted', 'progress', 'account', 'picture']);
});

test('a result on its way when the call is stopped still arrives, over a failure of the gateway too', async () => {
  standin.interject(/\/requests\/[\w-]+$/, faults.badGateway);
  const { events, failure } = await stopAt(generate, { type: 'account', reason });
  expect(failure).toBeUndefined();
  expect(eventsOf(events, 'picture')).toHaveLength(1);
  expect(follows()).not.toContain('PUT /cancel');
});

test('a request that is left to another process goes on, and is resumed there', async () => {
  standin.play({ statuses: [working, done] });
  const left = new LeaveRunning();
  const { events, failure } = await stopAt(generate, { type: 'progress', reason: left });
  expect(failure).toBe(left);
  expect(follows()).not.toContain('PUT /cancel');
  const [accepted] = eventsOf(events, 'accepted');
  const resumed = await Array.fromAsync(resume(accepted?.providerRequestId ?? ''));
  expect(typesOf(resumed)).toEqual(['accepted', 'account', 'picture']);
});
