import { describe, test } from 'vitest';
import type { CrashPoint } from '../../src/domain/crash-point.ts';
import { conclude } from './support/conclude.ts';
import { submitOnceDocument } from './support/documents.ts';
import { createPrompt, models, small, startFleet } from './support/fleet.ts';
import type { Gate } from './support/gates.ts';
import type { Subscriber } from './support/subscribers.ts';

describe.concurrent('an api process that is killed', () => {
  test.for<[CrashPoint, string, boolean]>([
    ['before-accept-commit', 'F1 before it committed a request: asking again with the key makes one generation', false],
    ['after-accept-commit', 'F1 after it committed a request: asking again with the key finds the generation', true],
  ])('$1', async ([point, , replayed], { expect }) => {
    await using fleet = await startFleet();
    await fleet.start({ role: 'worker' });
    const doomed = await fleet.start({ role: 'api', crash: { point } });
    const input = { ...small, prompt: createPrompt(point), model: models.asynchronous };
    const variables = { input, key: 'once' };
    await expect(doomed.as('alice').query(submitOnceDocument, variables)).rejects.toThrow('fetch failed');
    await doomed.ended;
    const next = await fleet.start({ role: 'api' });
    const { generateImage } = await next.as('alice').query(submitOnceDocument, variables);
    expect(generateImage).toMatchObject({ __typename: 'GenerateImageSuccess', replayed });
    const { id } = generateImage.generation;
    fleet.accepted.add(id);
    await fleet.subscribers.follow({ id, over: 'websocket', client: () => next.as('alice') }).finished;
    const { generations } = await conclude(fleet, { fault: 'F1', what: `api killed ${point.replaceAll('-', ' ')}` });
    expect(generations).toMatchObject([{ status: 'SUCCEEDED' }]);
    expect(fleet.ledger.count('accepted', input.prompt)).toBe(1);
  });

  test('F2 with open streams: their clients resume elsewhere, and each of two users sees what is theirs', async ({
    expect,
  }) => {
    await using fleet = await startFleet();
    const [first, second] = [await fleet.start({ role: 'api' }), await fleet.start({ role: 'api' })];
    await fleet.start({ role: 'worker' });
    let api = first;
    const subscribers: Subscriber[] = [];
    const gates: Gate[] = [];
    for (const user of ['alice', 'bob'] as const) {
      const prompt = createPrompt(`streams of ${user}`);
      const gate = fleet.runpod.hold(prompt);
      const id = await fleet.submit(first.as(user), { prompt, model: models.asynchronous });
      for (const over of [...Array(40).fill('websocket'), ...Array(20).fill('sse')]) {
        subscribers.push(fleet.subscribers.follow({ id, over, client: () => api.as(user) }));
      }
      await gate.reached;
      gates.push(gate);
    }
    await expect.poll(() => subscribers.every(({ seen }) => seen.length > 0), { timeout: 20_000 }).toBe(true);
    api = second;
    const from = performance.now();
    await first.end('SIGKILL');
    await expect.poll(() => subscribers.every(({ breaks }) => breaks > 0), { timeout: 20_000 }).toBe(true);
    for (const gate of gates) gate.open();
    await Promise.all(subscribers.map(({ finished }) => finished));
    const recoverySeconds = (performance.now() - from) / 1000;
    const { generations } = await conclude(fleet, {
      fault: 'F2',
      what: 'api killed under 120 streams',
      recoverySeconds,
    });
    expect(generations.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  });
});
