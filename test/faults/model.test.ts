import fc from 'fast-check';
import { expect, inject, test } from 'vitest';
import { decodeKey } from '../../src/graphql/global-ids.ts';
import { conclude } from './support/conclude.ts';
import { type Fleet, startFleet } from './support/fleet.ts';
import { createLifeCommands } from './support/life-commands.ts';
import type { LifeSystem } from './support/life-model.ts';

const lives = 6;

test('F35 submit, cancel, retry, delete and kill in any order: every answer is one that the reference allows', async () => {
  await using fleet = await startFleet({ workMilliseconds: () => 300 });
  const api = await fleet.start({ role: 'api' });
  const workers = [await fleet.start({ role: 'worker' }), await fleet.start({ role: 'worker' })];
  const system: LifeSystem = { fleet, alice: api.as('alice'), bob: api.as('bob'), workers };
  const commands = fc.commands(createLifeCommands(), { maxCommands: 20, size: 'max' });
  await fc.assert(
    fc.asyncProperty(commands, async (life) => {
      await fc.asyncModelRun(() => ({ model: { generations: [], kills: 0 }, real: system }), life);
    }),
    // A life takes seconds: a smaller one that fails in the same way is not looked for.
    { numRuns: lives, seed: inject('seed'), endOnFailure: true },
  );
  const open = fleet.subscribers.all.filter(({ generationId }) => !fleet.removed.has(generationId));
  await Promise.all(open.map(({ finished }) => finished));
  // The bytes of what was deleted follow by a job.
  await expect.poll(() => findRemovedBlobs(fleet), { timeout: 30_000 }).toEqual([]);
  await conclude(fleet, { fault: 'F35', what: 'lives at random against a reference', tries: lives });
}, 240_000);

async function findRemovedBlobs({ images, removed }: Fleet): Promise<readonly string[]> {
  const prefixes = [...removed.keys()].map((id) => `g/${decodeKey(id, 'Generation')}/`);
  const found = await Promise.all(prefixes.map((prefix) => images.list(prefix)));
  return found.flat().map(({ name }) => name);
}
