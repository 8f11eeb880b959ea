import { describe, expect, test } from 'vitest';
import { eventsOf, findModel, toOrder } from '../support/orders.ts';
import { toLogs } from '../support/standins/fal.ts';
import { type Answer, faults, sendJson, startStandin } from '../support/standins/standin.ts';
import { openFal, schnell, submitElsewhere, submitsOf } from './fal-fixtures.ts';
import { followsOf, providerErrorOf } from './job-stage.ts';

const workflow = { name: 'Three parts', vendorModel: 'comfy/somebody/sdxl/fast' };
const { standin, provider, createProvider, generate, resume, fail } = await openFal({ 'fal/workflow': workflow });
const follows = () => followsOf(standin, /^.*\/requests\/[\w-]+/);

const queued = { status: 'IN_QUEUE', queue_position: 3 };
const working = { status: 'IN_PROGRESS', logs: null };
const done = { status: 'COMPLETED', logs: null };

test('a request is told from its acceptance to its picture', async () => {
  expect(await Array.fromAsync(generate({ pictures: [{ position: 2, seed: 11 }] }))).toEqual([
    { type: 'accepted', providerRequestId: '00000000-0000-4000-8000-000000000001' },
    { type: 'progress', fraction: null, step: null, totalSteps: null },
    { type: 'progress', fraction: 0.5, step: 2, totalSteps: 4 },
    { type: 'account', executionMilliseconds: 900 },
    { type: 'picture', position: 2, seed: 11, bytes: expect.any(Uint8Array) },
  ]);
});

describe('progress', () => {
  const progressOf = async (...statuses: readonly object[]) => {
    standin.play({ statuses: [...statuses, done] });
    return eventsOf(await Array.fromAsync(generate()), 'progress').map(({ fraction }) => fraction);
  };

  test('is not made of a place in the queue', async () => {
    expect(await progressOf(queued, { ...queued, queue_position: 0 })).toEqual([]);
  });

  test('is the last bar in any of the messages', async () => {
    const logs = toLogs('Loading', ' 10%|#   | 1/10 [00:00]', ' 40%|#   | 4/10 [00:02]', 'Saving');
    expect(await progressOf(queued, working, { ...working, logs })).toEqual([null, 0.4]);
  });

  test('never goes back when messages come late and unordered', async () => {
    const at = (step: number) => ({ ...working, logs: toLogs(`${step}0%|#  | ${step}/10 [00:00]`) });
    expect(await progressOf(at(4), working, at(2), at(4), at(8), queued, at(6))).toEqual([0.4, 0.8]);
  });
});

describe('a request is cancelled', () => {
  test('when its loop is left as soon as it is accepted', async () => {
    standin.play({ statuses: [queued] });
    for await (const event of generate()) if (event.type === 'accepted') break;
    expect(follows()).toEqual(['PUT /cancel']);
  });

  test('when its signal aborts, with whose reason it ends', async () => {
    standin.play({ statuses: [queued, working] });
    const abort = new AbortController();
    const reason = new Error('Enough of it.');
    await expect(async () => {
      for await (const event of generate({ signal: abort.signal })) if (event.type === 'progress') abort.abort(reason);
    }).rejects.toBe(reason);
    expect(follows()).toContain('PUT /cancel');
  });

  test('when its time is over', async () => {
    standin.play({ statuses: [queued] });
    const hasty = createProvider({ url: standin.url, timeoutMilliseconds: 500 });
    const failure = await providerErrorOf(hasty.generate(toOrder(findModel(hasty, schnell))));
    expect(failure).toMatchObject({ code: 'TIMED_OUT', retryable: true, unstarted: false });
    expect(follows()).toContain('PUT /cancel');
  });

  test('when nothing can be learned of it any more', async () => {
    standin.interject(/\/status/, (_, response) => sendJson(response, 401, { detail: 'No' }));
    expect(await fail()).toMatchObject({ code: 'PROVIDER_MISCONFIGURED', unstarted: false });
    expect(follows().at(-1)).toBe('PUT /cancel');
  });

  test('but not once it has ended', async () => {
    for await (const event of generate()) if (event.type === 'account') break;
    expect(follows()).not.toContain('PUT /cancel');
  });
});

describe('looking again', () => {
  const faulty: [string, Answer][] = [
    ['a gateway that answers with a page', faults.badGateway],
    ['an answer that breaks off', faults.cut],
    ['a 429', (_, response) => sendJson(response, 429, { detail: 'Slow down' })],
  ];
  test.each([...faulty, ['garbage', faults.garbage] satisfies [string, Answer]])('gets over %s', async (_, answer) => {
    standin.interject(/\/status/, answer);
    expect(eventsOf(await Array.fromAsync(generate()), 'picture')).toHaveLength(1);
  });

  test.each(faulty)('for the result gets over %s', async (_, answer) => {
    standin.interject(/\/requests\/[\w-]+$/, answer);
    expect(eventsOf(await Array.fromAsync(generate()), 'picture')).toHaveLength(1);
  });

  test('is for looks alone: what may have been paid is not ordered again', async () => {
    const before = submitsOf(standin).length;
    standin.interject(/\/schnell$/, faults.badGateway);
    expect(await fail()).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', unstarted: false });
    expect(submitsOf(standin).length).toBe(before + 1);
  });

  test('waits out a status that nobody knows yet', async () => {
    standin.play({ statuses: [queued, { status: 'WARMING_UP' }, done] });
    expect(eventsOf(await Array.fromAsync(generate()), 'picture')).toHaveLength(1);
  });

  test('never asks an address that came with an answer', async () => {
    const elsewhere = await startStandin((_, response) => sendJson(response, 200, done));
    const urls = { status_url: elsewhere.url, response_url: elsewhere.url, cancel_url: elsewhere.url };
    standin.interject(/\/schnell$/, (_, response) =>
      sendJson(response, 200, { ...queued, ...urls, request_id: 'abc' }),
    );
    expect(await fail()).toMatchObject({ code: 'OUTPUT_LOST' });
    expect(elsewhere.received).toEqual([]);
    await elsewhere[Symbol.asyncDispose]();
  });

  test('knows the apps whose names have three parts', async () => {
    standin.interject(/\/fast$/, (_, response) => sendJson(response, 200, { request_id: 'abc' }));
    await fail({}, 'fal/workflow');
    expect(standin.received.at(-1)?.path).toBe('/comfy/somebody/sdxl/requests/abc/cancel');
  });
});

describe('another process', () => {
  test('follows a request that was made before, and orders nothing', async () => {
    const id = await submitElsewhere(standin);
    const before = submitsOf(standin).length;
    const [first, ...rest] = await Array.fromAsync(resume(id, { pictures: [{ position: 3, seed: 5 }] }));
    expect(first).toEqual({ type: 'accepted', providerRequestId: id });
    expect(eventsOf(rest, 'picture')).toMatchObject([{ position: 3, seed: 7 }]);
    expect(submitsOf(standin).length).toBe(before);
  });

  test('learns that a request is forgotten', async () => {
    const failure = await providerErrorOf(resume('764cabcf-b745-4b3e-ae38-1200304cf45b'));
    expect(failure).toMatchObject({ code: 'OUTPUT_LOST', unstarted: false });
  });

  test('is something that the provider offers', () => {
    expect(provider).toMatchObject({ repeatable: false, resume: expect.any(Function) });
  });
});
