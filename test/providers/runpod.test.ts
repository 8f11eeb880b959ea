import { describe, expect, test } from 'vitest';
import { eventsOf, failureOf, findModel, toOrder } from '../support/orders.ts';
import { startRunpodStandin } from '../support/standins/runpod.ts';
import { faults, sendJson } from '../support/standins/standin.ts';
import { describeProvider, secret, standinPicture } from './provider-contract.ts';
import { createTestProvider, useRunpod } from './runpod-fixtures.ts';

for (const slug of ['runpod/endpoint', 'runpod/flux-1-schnell']) {
  describeProvider(`runpod with ${slug}`, {
    startStandin: startRunpodStandin,
    createProvider: ({ url, ...limits }) => createTestProvider(`${url}/v2/classic`, limits),
    findModel: (provider) => findModel(provider, slug),
    submitPath: /\/run$/,
    cancelPath: /\/cancel\//,
    hasKey: true,
  });
}

describe('a job at RunPod', () => {
  const runpod = useRunpod();

  test('is named as soon as it is accepted, before anyone looks at it', async () => {
    const looks = runpod.asked('status').length;
    for await (const event of runpod.generate()) {
      expect(event).toEqual({ type: 'accepted', providerRequestId: expect.stringMatching(/^[\w-]+-u1$/) });
      break;
    }
    expect(runpod.asked('status')).toHaveLength(looks);
    expect.assertions(2);
  });

  test('is run and looked at with the key, and never waited for with /runsync', async () => {
    const before = runpod.standin.received.length;
    const events = await Array.fromAsync(runpod.generate());
    const [accepted] = eventsOf(events, 'accepted');
    const asked = runpod.standin.received.slice(before);
    const routes = new Set(asked.map(({ method, path }) => `${method} ${path}`));
    const status = `GET /v2/classic/status/${accepted?.providerRequestId}`;
    expect([...routes]).toEqual(['POST /v2/classic/run', status]);
    expect(new Set(asked.map(({ headers }) => headers.authorization))).toEqual(new Set([`Bearer ${secret}`]));
  });

  test('tells how long it waited and worked, and what it cost', async () => {
    const provider = runpod.createProvider();
    const order = toOrder(findModel(provider, 'runpod/flux-1-schnell'));
    const [account] = eventsOf(await Array.fromAsync(provider.generate(order)), 'account');
    expect(account).toEqual({
      type: 'account',
      delayMilliseconds: 824,
      executionMilliseconds: 3391,
      costUsd: '0.002517',
    });
  });

  test('says nothing of its account where RunPod says nothing', async () => {
    const output = (await standinPicture()).toString('base64');
    const events = await Array.fromAsync(runpod.tell({ status: 'COMPLETED', output }));
    expect(events.map(({ type }) => type)).toEqual(['accepted', 'picture']);
  });

  test('does not take what a worker tells on its way for its result', async () => {
    const picture = (await standinPicture()).toString('base64');
    const output = { image: picture };
    const done = { status: 'COMPLETED', output: { image: picture, seed: 5 } };
    const events = await Array.fromAsync(runpod.tell({ status: 'IN_PROGRESS', output }, done));
    expect(eventsOf(events, 'picture')).toMatchObject([{ position: 0, seed: 5 }]);
    expect(events.map(({ type }) => type)).toEqual(['accepted', 'progress', 'picture']);
  });

  test('is waited for in a state that nobody has heard of', async () => {
    const output = (await standinPicture()).toString('base64');
    const states = ['IN_QUEUE', 'THROTTLED', 'constructor', 'RUNNING'].map((status) => ({ status }));
    const events = await Array.fromAsync(runpod.tell(...states, { status: 'COMPLETED', output }));
    expect(events.map(({ type }) => type)).toEqual(['accepted', 'progress', 'picture']);
  });
});

describe('looking at a job', () => {
  const runpod = useRunpod();

  test.each(['badGateway', 'cut', 'garbage'] as const)('goes on after a fault: %s', async (fault) => {
    const runs = runpod.asked('run').length;
    runpod.standin.interject(/\/status\//, faults[fault]);
    runpod.standin.interject(/\/status\//, faults[fault]);
    expect(eventsOf(await Array.fromAsync(runpod.generate()), 'picture')).toHaveLength(1);
    expect(runpod.asked('run')).toHaveLength(runs + 1);
  });

  test('goes on after too many looks', async () => {
    runpod.standin.interject(/\/status\//, (_, response) => sendJson(response, 429, {}));
    expect(eventsOf(await Array.fromAsync(runpod.generate()), 'picture')).toHaveLength(1);
  });

  test('is tried again where no answer comes', async () => {
    const provider = runpod.createProvider({ lookMilliseconds: 300 });
    runpod.standin.interject(/\/status\//, faults.silence);
    expect(eventsOf(await Array.fromAsync(runpod.generate({}, provider)), 'picture')).toHaveLength(1);
  });

  test('ends at the deadline, whatever RunPod says until then', async () => {
    runpod.standin.play({ status: 'IN_QUEUE' });
    const failure = await failureOf(runpod.generate({}, runpod.createProvider({ timeoutMilliseconds: 500 })));
    expect(failure).toMatchObject({ code: 'TIMED_OUT', retryable: true });
    expect([...runpod.standin.jobs.values()].at(-1)).toEqual({ status: 'CANCELLED' });
  });
});
