import { expect, test } from 'vitest';
import { conclude } from './support/conclude.ts';
import { findRecoverySeconds } from './support/crash-story.ts';
import { createPrompt, models, startFleet } from './support/fleet.ts';
import { startLoad } from './support/load.ts';
import { type Member, mainProgram } from './support/member.ts';

const maxRecoverySeconds = 15;

test('F6 a worker killed while it waits for RunPod: another one resumes the same job', async () => {
  await using fleet = await startFleet();
  const api = await fleet.start({ role: 'api' });
  const doomed = await fleet.start({ role: 'worker' });
  const prompts = Array.from({ length: 10 }, (_, index) => createPrompt(`waiting ${index}`));
  const gates = prompts.map((prompt) => fleet.runpod.hold(prompt));
  const ids = await Promise.all(
    prompts.map((prompt) => fleet.submit(api.as('alice'), { prompt, model: models.asynchronous })),
  );
  const subscribers = ids.map((id) => {
    return fleet.subscribers.follow({ id, over: 'websocket', client: () => api.as('alice') });
  });
  await Promise.all(gates.map(({ reached }) => reached));
  await fleet.start({ role: 'worker' });
  const diedAt = new Date();
  await doomed.end('SIGKILL');
  for (const gate of gates) gate.open();
  const ends = await Promise.all(subscribers.map(({ finished }) => finished));
  expect(ends.map(({ status }) => status)).toEqual(ids.map(() => 'SUCCEEDED'));
  const recoveries = await Promise.all(ids.map((id) => findRecoverySeconds(fleet, id, diedAt)));
  const recoverySeconds = Math.max(...recoveries);
  expect(recoverySeconds).toBeLessThan(maxRecoverySeconds);
  const what = 'worker killed while it waited for RunPod';
  const { generations } = await conclude(fleet, { fault: 'F6', what, tries: ids.length, recoverySeconds });
  for (const { attempts } of generations) expect(attempts).toMatchObject([{ number: 1, outcome: 'SUCCEEDED' }]);
  expect(prompts.map((prompt) => fleet.ledger.count('accepted', prompt))).toEqual(prompts.map(() => 1));
  // Nobody told the vendor to stop what somebody else would take up.
  expect(prompts.map((prompt) => fleet.ledger.count('cancelled', prompt))).toEqual(prompts.map(() => 0));
});

const minutes = 60_000;

test('F22 two workers whose clocks are twenty minutes apart: generations end, and a lost one is taken over', async () => {
  await using fleet = await startFleet();
  const api = await fleet.start({ role: 'api' });
  const fast = await fleet.start({ role: 'worker', clockAheadMilliseconds: 10 * minutes });
  const held = createPrompt('clocks');
  const gate = fleet.runpod.hold(held);
  const id = await fleet.submit(api.as('alice'), { prompt: held, model: models.asynchronous });
  await gate.reached;
  await fleet.start({ role: 'worker', clockAheadMilliseconds: -10 * minutes });
  const others = await Promise.all(
    Object.values(models).map((model) => fleet.submit(api.as('alice'), { prompt: createPrompt('clocks'), model })),
  );
  const follow = (one: string) =>
    fleet.subscribers.follow({ id: one, over: 'websocket', client: () => api.as('alice') }).finished;
  await Promise.all(others.map(follow));
  const from = performance.now();
  await fast.end('SIGKILL');
  gate.open();
  expect(await follow(id)).toMatchObject({ status: 'SUCCEEDED' });
  const recoverySeconds = (performance.now() - from) / 1000;
  const { generations } = await conclude(fleet, { fault: 'F22', what: 'clocks 20 minutes apart', recoverySeconds });
  expect(generations.map(({ status }) => status)).toEqual(Array(4).fill('SUCCEEDED'));
});

test('F25 a worker that freezes with a result in hand and wakes up after another one took over: it changes nothing', async () => {
  await using fleet = await startFleet();
  const api = await fleet.start({ role: 'api' });
  const crash = { point: 'after-result', signal: 'SIGSTOP' } as const;
  const frozen = await fleet.start({ role: 'worker', crash });
  const prompt = createPrompt('frozen');
  const id = await fleet.submit(api.as('alice'), { prompt, model: models.asynchronous });
  const subscriber = fleet.subscribers.follow({ id, over: 'sse', client: () => api.as('alice') });
  await frozen.reached;
  const frozeAt = new Date();
  const other = await fleet.start({ role: 'worker' });
  await subscriber.finished;
  const recoverySeconds = await findRecoverySeconds(fleet, id, frozeAt);
  await other.end('SIGTERM');
  frozen.signal('SIGCONT');
  // It lives, and takes the next one.
  const next = await fleet.submit(api.as('alice'), { prompt: createPrompt('thawed'), model: models.repeatable });
  const following = fleet.subscribers.follow({ id: next, over: 'sse', client: () => api.as('alice') });
  expect(await following.finished).toMatchObject({ status: 'SUCCEEDED' });
  const { generations } = await conclude(fleet, { fault: 'F25', what: 'worker frozen, woken later', recoverySeconds });
  expect(generations).toMatchObject([
    { status: 'SUCCEEDED', attempts: [{ outcome: 'SUCCEEDED' }] },
    { status: 'SUCCEEDED' },
  ]);
  expect(fleet.ledger.count('accepted', prompt)).toBe(1);
});

test('F33 a generation that killed two workers is quarantined, and others flow', async () => {
  await using fleet = await startFleet();
  const api = await fleet.start({ role: 'api' });
  const poison = createPrompt('poison');
  const crash = { point: 'after-attempt-row' } as const;
  const first = await fleet.start({ role: 'worker', crash });
  const id = await fleet.submit(api.as('alice'), { prompt: poison, model: models.repeatable });
  const subscriber = fleet.subscribers.follow({ id, over: 'websocket', client: () => api.as('alice') });
  await first.ended;
  const second = await fleet.start({ role: 'worker', crash });
  await second.ended;
  await fleet.start({ role: 'worker' });
  const innocent = await fleet.submit(api.as('alice'), { prompt: createPrompt('innocent'), model: models.repeatable });
  const following = fleet.subscribers.follow({ id: innocent, over: 'websocket', client: () => api.as('alice') });
  expect(await following.finished).toMatchObject({ status: 'SUCCEEDED' });
  expect(await subscriber.finished).toMatchObject({ status: 'FAILED' });
  const { generations } = await conclude(fleet, { fault: 'F33', what: 'a generation that kills workers', tries: 2 });
  expect(generations[0]).toMatchObject({ prompt: poison, failureCode: 'QUARANTINED' });
});

test('F34 an emptied queue: every unfinished generation still ends', async () => {
  await using fleet = await startFleet();
  const api = await fleet.start({ role: 'api' });
  const ids = await Promise.all(
    Object.values(models).map((model) => fleet.submit(api.as('alice'), { prompt: createPrompt('emptied'), model })),
  );
  await fleet.database.pool.query('TRUNCATE pgboss.job');
  const from = performance.now();
  await fleet.start({ role: 'worker' });
  const follow = (id: string) =>
    fleet.subscribers.follow({ id, over: 'websocket', client: () => api.as('alice') }).finished;
  const ends = await Promise.all(ids.map(follow));
  expect(ends.map(({ status }) => status)).toEqual(ids.map(() => 'SUCCEEDED'));
  const recoverySeconds = (performance.now() - from) / 1000;
  await conclude(fleet, { fault: 'F34', what: 'queue emptied', recoverySeconds });
});

const drainSeconds = 30;

test('F31 a rolling restart of three processes under load: each is gone in thirty seconds, and clients only reconnect', async () => {
  await using fleet = await startFleet({ workMilliseconds: () => 1_000 });
  const startOne = () => fleet.start({ role: 'all', program: mainProgram });
  const members: Member[] = [await startOne(), await startOne(), await startOne()];
  // A balancer that asks /health/ready: whoever stops is left alone from then on.
  let stopping: Member | undefined;
  let turn = 0;
  const client = () => {
    const ready = members.filter((member) => member.isAlive && member !== stopping);
    turn += 1;
    return (ready[turn % ready.length] as Member).as('alice');
  };
  const load = startLoad(fleet, { models: Object.values(models), together: 9, client });
  let worstSeconds = 0;
  for (let index = 0; index < members.length; index += 1) {
    const before = load.accepted;
    await expect.poll(() => load.accepted, { timeout: 30_000 }).toBeGreaterThan(before + 6);
    const old = members[index] as Member;
    stopping = old;
    const seconds = (await old.end('SIGTERM')) / 1000;
    expect(old.exitCode).toBe(0);
    worstSeconds = Math.max(worstSeconds, seconds);
    members[index] = await startOne();
  }
  await load.stop();
  expect(worstSeconds).toBeLessThan(drainSeconds);
  const what = 'rolling restart under load';
  const { generations } = await conclude(fleet, { fault: 'F31', what, tries: 3, recoverySeconds: worstSeconds });
  expect(new Set(generations.map(({ status }) => status))).toEqual(new Set(['SUCCEEDED']));
}, 240_000);
