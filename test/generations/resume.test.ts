import { afterAll, beforeAll, expect, test } from 'vitest';
import { blankModel } from '../support/blank-provider.ts';
import { createTestClient } from '../support/client.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { follow } from '../support/documents.ts';
import { countUp, ended, expectOrder, type Progress, readRow, submit, toProgress } from '../support/generations.ts';
import { createRandom } from '../support/random.ts';
import { createStage, paint, step } from '../support/stage.ts';

// Many pictures make a long step log.
const stage = createStage({ ...blankModel, capabilities: { ...blankModel.capabilities, maxCount: 100 } });
let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom({ providers: [stage.provider] });
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const breaks = 50;
const count = 40;

test.for(['WebSocket', 'SSE'] as const)(
  `a %s connection that breaks ${breaks} times at random moments resumes without a gap and without a repetition`,
  async (transport, { annotate }) => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    await annotate(`seed ${seed}`);
    const random = createRandom(seed);
    await using proxy = await startCuttingProxy(darkroom.url);
    const { headers } = darkroom.client;
    const client = createTestClient({ url: `${proxy.url}/graphql`, headers });
    const prompt = stage.prompt(async function* (order) {
      for (const { position } of order.pictures) {
        yield step(position + 1, order.pictures.length);
        yield await paint(order, position);
      }
    });
    const subscribe = transport === 'SSE' ? client.subscribeSse : client.subscribe;

    /** Follows one generation to its end over as many connections as it takes. */
    const followOne = async (id: string): Promise<readonly Progress[]> => {
      const seen: Progress[] = [];
      const isOver = () => ended.includes(seen.at(-1)?.status ?? '');
      while (!isOver()) {
        proxy.cutAfter(proxy.cuts < breaks ? random(3_000) : Number.POSITIVE_INFINITY);
        const afterSequence = seen.at(-1)?.sequence ?? 0;
        try {
          for await (const answer of subscribe(follow, { id, afterSequence })) {
            const snapshot = toProgress(answer);
            // Ticks are never replayed, but the one that stands may come again.
            if (snapshot.event !== null) seen.push(snapshot);
          }
        } catch {
          // The connection broke: once more.
        }
      }
      return seen;
    };

    while (proxy.cuts < breaks) {
      const id = await submit(darkroom.client, { prompt, count });
      const seen = await followOne(id);
      const row = await readRow(darkroom, id);
      expect(
        seen.map(({ sequence }) => sequence),
        `seed ${seed}`,
      ).toEqual(countUp(row?.lastSequence ?? 0));
      expect(seen.map(({ event }) => event?.type)).toEqual(row?.types);
      expectOrder(seen);
      expect(seen.at(-1)).toMatchObject({ status: 'SUCCEEDED', imagesStored: count });
    }
    await expect.poll(() => darkroom.app.hub.mailboxCount).toBe(0);
  },
);
