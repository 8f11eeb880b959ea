import { describe, expect, test } from 'vitest';
import { eventsOf, failureOf, findModel, toOrder } from '../support/orders.ts';
import { type Timeline, toLog } from '../support/standins/replicate.ts';
import { type Answer, faults, sendJson, startStandin } from '../support/standins/standin.ts';
import { followsOf, providerErrorOf } from './job-stage.ts';
import { createElsewhere, creationsOf, openReplicate, schnell } from './replicate-fixtures.ts';

const { standin, provider, createProvider, generate, resume, fail } = await openReplicate();
const follows = () => followsOf(standin, /^\/v1\/predictions\/[\w-]+/);

const busy: Timeline = [{}, { status: 'processing' }];

test('a prediction is told from its acceptance to its picture', async () => {
  const events = await Array.fromAsync(generate({ pictures: [{ position: 2, seed: 11 }] }));
  const working = { type: 'progress', totalSteps: 4 };
  expect(events).toEqual([
    { type: 'accepted', providerRequestId: expect.stringMatching(/^standin\d+$/) },
    { ...working, fraction: 0, step: 0 },
    { ...working, fraction: 0.5, step: 2 },
    { ...working, fraction: 1, step: 4 },
    { type: 'account', executionMilliseconds: 1_250, delayMilliseconds: 500 },
    { type: 'picture', position: 2, seed: 11, bytes: expect.any(Uint8Array) },
  ]);
});

describe('progress', () => {
  const written = async (...logs: readonly (string | null)[]) => {
    const end = { status: 'succeeded', output: 'data:image/png;base64,aGVsbG8=' };
    standin.play([{}, ...logs.map((log) => ({ status: 'processing', logs: log })), end]);
    return eventsOf(await Array.fromAsync(generate()), 'progress').map(({ step }) => step);
  };

  test('is not invented while the model writes nothing', async () => {
    expect(await written(null, '', 'Running on an H100')).toEqual([null]);
  });

  test('is the last bar that is written, however its lines end', async () => {
    const bar = (step: number) => `${step * 10}%|###       | ${step}/10 [00:00<00:03, 2.9it/s]`;
    expect(await written(`${bar(1)}\r${bar(2)}`, `${bar(1)}\n ${bar(7)}\nSaving`)).toEqual([2, 7]);
  });

  test('is not that of a download', async () => {
    expect(await written('Fetching 13 files: 100%|##########| 13/13 [00:01<00:00]')).toEqual([null]);
  });

  test('never goes back, whatever a second bar says', async () => {
    expect(await written(toLog(1, 3), toLog(1, 1), toLog(1, 3), toLog(1, 4))).toEqual([3, 4]);
  });

  test('takes no bar for true that counts beyond its end', async () => {
    expect(await written('300%|####| 12/4 [00:00]', '0%| | 0/0 [00:00]')).toEqual([null]);
  });
});

describe('a prediction is cancelled', () => {
  test('when its loop is left as soon as it is accepted', async () => {
    standin.play(busy);
    for await (const event of generate()) if (event.type === 'accepted') break;
    expect(follows()).toEqual(['POST /cancel']);
  });

  test('when its loop is left while it works', async () => {
    standin.play(busy);
    for await (const event of generate()) if (event.type === 'progress') break;
    expect(follows().at(-1)).toBe('POST /cancel');
  });

  test('when its signal aborts, with whose reason it ends', async () => {
    standin.play(busy);
    const abort = new AbortController();
    const reason = new Error('Enough of it.');
    const events = generate({ signal: abort.signal });
    await expect(async () => {
      for await (const event of events) if (event.type === 'progress') abort.abort(reason);
    }).rejects.toBe(reason);
    expect(follows()).toContain('POST /cancel');
  });

  test('when its time is over', async () => {
    standin.play(busy);
    const hasty = createProvider({ url: standin.url, timeoutMilliseconds: 500 });
    const failure = await providerErrorOf(hasty.generate(toOrder(findModel(hasty, schnell))));
    expect(failure).toMatchObject({ code: 'TIMED_OUT', retryable: true, unstarted: false });
    expect(follows()).toContain('POST /cancel');
  });

  test('when nothing can be learned of it any more', async () => {
    standin.play(busy);
    standin.interject(/\/predictions\/\w+$/, (_, response) => sendJson(response, 401, { detail: 'Gone' }));
    // Its work was begun with the key that is refused now: it must not be begun again as if it had not been.
    expect(await fail()).toMatchObject({ code: 'PROVIDER_MISCONFIGURED', unstarted: false });
    expect(follows().at(-1)).toBe('POST /cancel');
  });

  test('and it does not matter when that cannot be told', async () => {
    standin.play(busy);
    standin.interject(/\/cancel$/, faults.cut);
    for await (const event of generate()) if (event.type === 'progress') break;
    expect(follows().at(-1)).toBe('POST /cancel');
  });

  test('but not once it has ended', async () => {
    await Array.fromAsync(generate());
    for await (const event of generate()) if (event.type === 'account') break;
    expect(follows()).not.toContain('POST /cancel');
  });
});

describe('looking again', () => {
  const throttle: Answer = (_, response) => sendJson(response, 429, { detail: 'Request was throttled.' });

  test.each([
    ['a gateway that answers with a page', faults.badGateway],
    ['an answer that breaks off', faults.cut],
    ['garbage', faults.garbage],
    ['a 500', (_, response) => sendJson(response, 500, { detail: 'Internal server error' })],
    ['a 429', throttle],
  ] satisfies [string, Answer][])('gets over %s', async (_, answer) => {
    standin.interject(/\/predictions\/\w+$/, answer);
    expect(eventsOf(await Array.fromAsync(generate()), 'picture')).toHaveLength(1);
  });

  test('waits as long as it is told', async () => {
    const times: number[] = [];
    const note = (answer: Answer): Answer => {
      return (request, response) => {
        times.push(performance.now());
        return answer(request, response);
      };
    };
    standin.interject(
      /\/predictions\/\w+$/,
      note((_, response) => sendJson(response, 429, {}, { 'retry-after-ms': '60' })),
    );
    standin.interject(/\/predictions\/\w+$/, note(throttle));
    await Array.fromAsync(generate());
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(55);
  });

  test('is for looks alone: what may have been paid is not ordered again', async () => {
    const before = creationsOf(standin).length;
    standin.interject(/\/predictions$/, faults.badGateway);
    expect(await fail()).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', unstarted: false });
    expect(creationsOf(standin).length).toBe(before + 1);
  });

  test('waits out a status that nobody knows yet', async () => {
    standin.play([{}, { status: 'queued' }, { status: 'failed', error: 'out of memory' }]);
    expect((await fail()).message).toContain('out of memory');
  });

  test('never asks an address that came with an answer', async () => {
    const elsewhere = await startStandin((_, response) => sendJson(response, 200, {}));
    const [get, cancel] = [`${elsewhere.url}/get`, `${elsewhere.url}/cancel`];
    standin.play([{ urls: { get, cancel } }, { status: 'processing', urls: { get, cancel } }]);
    for await (const event of generate()) if (event.type === 'progress') break;
    expect(elsewhere.received).toEqual([]);
    await elsewhere[Symbol.asyncDispose]();
  });
});

describe('another process', () => {
  test('follows a prediction that was made before, and orders nothing', async () => {
    const id = await createElsewhere(standin);
    const before = creationsOf(standin).length;
    const [first, ...rest] = await Array.fromAsync(resume(id, { pictures: [{ position: 3, seed: 5 }] }));
    expect(first).toEqual({ type: 'accepted', providerRequestId: id });
    expect(eventsOf(rest, 'picture')).toMatchObject([{ position: 3 }]);
    expect(creationsOf(standin).length).toBe(before);
  });

  test('learns that a prediction is forgotten', async () => {
    const failure = await providerErrorOf(resume('rrr4z55ocneqzikepnug6xezpe'));
    expect(failure).toMatchObject({ code: 'OUTPUT_LOST', unstarted: false });
  });

  test('calls nobody when it is stopped before it begins', async () => {
    const before = standin.received.length;
    const reason = new Error('Not even begun.');
    expect(await failureOf(resume('some-id', { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(standin.received.length).toBe(before);
  });

  test('is something that the provider offers', () => {
    expect(provider).toMatchObject({ repeatable: false, resume: expect.any(Function) });
  });
});
