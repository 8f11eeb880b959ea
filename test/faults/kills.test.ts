import { setTimeout as pause } from 'node:timers/promises';
import { expect, inject, test } from 'vitest';
import { createRandom } from '../support/random.ts';
import { conclude } from './support/conclude.ts';
import { models, startFleet } from './support/fleet.ts';
import { startLoad } from './support/load.ts';
import type { Member } from './support/member.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    kills: number;
    seed: number;
  }
}

const kills = inject('kills');
const seed = inject('seed');
/** Each is counted as half a minute at the most. */
const patienceMilliseconds = 120_000 + kills * 30_000;

/** How long after one kill the next one comes, at the most. */
const maxGapMilliseconds = 3_000;
/** Longer than a heartbeat may be missing. */
const maxFreezeMilliseconds = 14_000;
const roles = ['api', 'api', 'worker', 'worker', 'worker'] as const;

test(
  `${kills} kills at random moments, seed ${seed}: nothing is lost, nothing is paid twice, and what is unknown is told`,
  async () => {
    const random = createRandom(seed);
    const pick = <Item>(items: readonly Item[]): Item => items[random(items.length)] as Item;
    await using fleet = await startFleet({ workMilliseconds: () => random(2_500) });
    const members: Member[] = [];
    for (const role of roles) members.push(await fleet.start({ role }));
    const client = () => pick(members.filter(({ role, isAlive }) => role === 'api' && isAlive)).as('alice');
    const load = startLoad(fleet, { models: Object.values(models), together: 12, client });
    const thaws: Promise<void>[] = [];

    const strike = async () => {
      const index = random(members.length);
      const victim = members[index] as Member;
      if (random(10) < 7) {
        await victim.end('SIGKILL');
        members[index] = await fleet.start({ role: victim.role });
      } else {
        victim.signal('SIGSTOP');
        thaws.push(pause(random(maxFreezeMilliseconds)).then(() => victim.signal('SIGCONT')));
      }
    };

    for (let strikes = 0; strikes < kills; strikes += 1) {
      await pause(random(maxGapMilliseconds));
      await strike();
    }
    await Promise.all(thaws);
    const from = performance.now();
    await load.stop();
    const recoverySeconds = (performance.now() - from) / 1000;
    const { generations } = await conclude(fleet, {
      fault: 'kills',
      what: 'random kills',
      tries: kills,
      recoverySeconds,
    });
    expect(generations.length).toBe(load.accepted);
    // Enough of them went through for the rest to mean something.
    const succeeded = generations.filter(({ status }) => status === 'SUCCEEDED');
    expect(succeeded.length).toBeGreaterThan(kills / 2);
  },
  patienceMilliseconds,
);
