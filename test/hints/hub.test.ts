import { expect, test } from 'vitest';
import type { ProgressSnapshot } from '../../src/domain/progress.ts';
import { createHub } from '../../src/hints/hub.ts';
import { SlowReader } from '../../src/hints/slow-reader.ts';
import { createSnapshot } from '../support/snapshots.ts';

const id = 'a';

function setUp() {
  let now = 1_000_000;
  const hub = createHub({ clock: { now: () => now } });
  return {
    hub,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    deliver: (given: Partial<ProgressSnapshot>) => hub.deliver(createSnapshot({ generationId: id, ...given })),
  };
}

test('a snapshot reaches every reader of its generation, and nobody else', async () => {
  const { hub, deliver } = setUp();
  const readers = [hub.open(id), hub.open(id)];
  const taken = readers.map((mailbox) => mailbox.take());
  let strangerGot: unknown;
  void hub
    .open('another generation')
    .take()
    .then((snapshot) => {
      strangerGot = snapshot;
    });
  deliver({ sequence: 1 });
  expect(await Promise.all(taken)).toMatchObject([{ sequence: 1 }, { sequence: 1 }]);
  expect(strangerGot).toBeUndefined();
});

test('post waits in its order for a reader who is busy', async () => {
  const { hub, deliver } = setUp();
  const mailbox = hub.open(id);
  for (const sequence of [1, 2, 3]) deliver({ sequence });
  expect([await mailbox.take(), await mailbox.take(), await mailbox.take()]).toMatchObject([
    { sequence: 1 },
    { sequence: 2 },
    { sequence: 3 },
  ]);
});

test('waiting ticks of one event become the newest of them, and what is older than the post is dropped', async () => {
  const { hub, deliver } = setUp();
  const mailbox = hub.open(id);
  for (const [sequence, tick] of [
    [1, 0],
    [1, 1],
    [1, 2],
    [1, 1],
    [2, 0],
    [1, 3],
    [2, 1],
  ] as const) {
    deliver({ sequence, tick });
  }
  const taken = [await mailbox.take(), await mailbox.take(), await mailbox.take(), await mailbox.take()];
  expect(taken.map((snapshot) => `${snapshot?.sequence}.${snapshot?.tick}`)).toEqual(['1.0', '1.2', '2.0', '2.1']);
});

test('1,500 snapshots that nobody reads take the room of 64, and the newest is never dropped', async () => {
  const { hub, deliver } = setUp();
  const mailbox = hub.open(id);
  for (let sequence = 1; sequence <= 1_500; sequence += 1) deliver({ sequence });
  deliver({ sequence: 1_501, status: 'SUCCEEDED', type: 'SUCCEEDED' });
  let last: ProgressSnapshot | undefined;
  let count = 0;
  while (last?.status !== 'SUCCEEDED') {
    last = await mailbox.take();
    count += 1;
  }
  expect(count).toBeLessThanOrEqual(64);
  expect(last.sequence).toBe(1_501);
});

test('a reader that stays away too long loses its own mailbox only', async () => {
  const { hub, pass, deliver } = setUp();
  const away = hub.open(id);
  const reading = hub.open(id);
  const first = reading.take();
  deliver({ sequence: 1 });
  await first;
  pass(60_001);
  deliver({ sequence: 2 });
  hub.endSlowReaders(60_000);
  await expect(away.take()).rejects.toBeInstanceOf(SlowReader);
  expect(await away.take()).toBeUndefined();
  expect(await reading.take()).toMatchObject({ sequence: 2 });
  expect(hub.mailboxCount).toBe(1);
});

test('a reader that takes one snapshot a minute is slow, but not away', async () => {
  const { hub, pass, deliver } = setUp();
  const mailbox = hub.open(id);
  for (let sequence = 1; sequence <= 10; sequence += 1) deliver({ sequence });
  for (let sequence = 1; sequence <= 10; sequence += 1) {
    pass(50_000);
    hub.endSlowReaders(60_000);
    expect(await mailbox.take()).toMatchObject({ sequence });
  }
});

test('a reader for whom nothing comes may wait for ever', async () => {
  const { hub, pass, deliver } = setUp();
  const mailbox = hub.open(id);
  const next = mailbox.take();
  pass(24 * 3_600_000);
  hub.endSlowReaders(60_000);
  deliver({ sequence: 1 });
  expect(await next).toMatchObject({ sequence: 1 });
});

test('closing a mailbox ends the wait of its reader, once and for all', async () => {
  const { hub, deliver } = setUp();
  const mailbox = hub.open(id);
  const next = mailbox.take();
  mailbox[Symbol.dispose]();
  mailbox[Symbol.dispose]();
  expect(await next).toBeUndefined();
  expect(hub.mailboxCount).toBe(0);
  expect(hub.watched().size).toBe(0);
  deliver({ sequence: 1 });
  expect(await mailbox.take()).toBeUndefined();
});

test('the hub knows the newest sequence that was told of each generation that somebody reads', () => {
  const { hub, deliver } = setUp();
  using _mailbox = hub.open(id);
  expect(hub.watched()).toEqual(new Map([[id, 0]]));
  deliver({ sequence: 4 });
  deliver({ sequence: 3 });
  deliver({ generationId: 'nobody reads this one', sequence: 9 });
  expect(hub.watched()).toEqual(new Map([[id, 4]]));
});
