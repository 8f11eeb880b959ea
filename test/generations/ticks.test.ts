import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTicks, type TickReport } from '../../src/generations/ticks.ts';
import { decodeKey } from '../../src/graphql/global-ids.ts';
import type { Hint } from '../../src/hints/hint.ts';
import { createLogger } from '../../src/log.ts';
import { blankPicture } from '../support/blank-provider.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { cancel, follow } from '../support/documents.ts';
import { collect, expectOrder, submit, toProgress, waitForEnd } from '../support/generations.ts';
import { createHold } from '../support/hold.ts';
import { createSnapshot } from '../support/snapshots.ts';
import { createStage, paintAll, step } from '../support/stage.ts';

describe('the writer of ticks', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** In place of the table: notes what is written, and when. */
  function setUp() {
    const writes: { at: number; ids: string[]; ticks: number[]; frames: number }[] = [];
    const announced: Hint[] = [];
    const query = async ({ values }: { values: unknown[][] }) => {
      const [ids = [], , , ticks = []] = values as [string[], unknown, unknown, number[]];
      writes.push({ at: Date.now(), ids, ticks, frames: (values[9] ?? []).filter((bytes) => bytes !== null).length });
      return { rows: ids.map((generationId) => ({ generationId })) };
    };
    const ticks = createTicks({
      connection: { query } as unknown as Parameters<typeof createTicks>[0]['connection'],
      announce: (hint) => announced.push(hint),
      clock: { now: () => Date.now() },
      log: createLogger({ level: 'silent' }),
    });
    return { ticks, writes, announced };
  }

  function report(tick: number, generationId = 'a', preview: TickReport['tick']['preview'] = null): TickReport {
    const snapshot = createSnapshot({ generationId, tick });
    return { snapshot, tick: { ...snapshot, leaseToken: 'lease', preview } };
  }

  test('writes four ticks a second at most for one generation, the first at once and the last always', async () => {
    const { ticks, writes, announced } = setUp();
    for (let tick = 1; tick <= 400; tick += 1) {
      ticks.report(report(tick));
      await vi.advanceTimersByTimeAsync(5);
    }
    await vi.advanceTimersByTimeAsync(1_000);
    expect(writes.length).toBeGreaterThanOrEqual(8);
    expect(writes.length).toBeLessThanOrEqual(9);
    expect(writes[0]?.ticks).toEqual([1]);
    expect(writes.at(-1)?.ticks).toEqual([400]);
    expect(announced).toHaveLength(writes.length);
    const gaps = writes.slice(1).map(({ at }, index) => at - (writes[index]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(250);
  });

  test('writes what many generations report in one statement', async () => {
    const { ticks, writes } = setUp();
    const ids = Array.from({ length: 50 }, (_, index) => `g${index}`);
    for (const tick of [1, 2, 3]) for (const id of ids) ticks.report(report(tick, id));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(writes.length).toBeLessThanOrEqual(3);
    const last = new Map(writes.flatMap((write) => write.ids.map((id, index) => [id, write.ticks[index]] as const)));
    expect([...last.values()]).toEqual(ids.map(() => 3));
  });

  test('keeps a frame whose tick is replaced before it was written', async () => {
    const { ticks, writes } = setUp();
    const frame = { bytes: new Uint8Array(1), mediaType: 'image/webp', width: 1, height: 1 };
    ticks.report(report(1));
    ticks.report(report(2, 'a', frame));
    ticks.report(report(3));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(writes.map((write) => [write.ticks, write.frames])).toEqual([
      [[1], 0],
      [[3], 1],
    ]);
  });

  test('writes nothing more of a run that is over, and nothing when it is closed', async () => {
    const { ticks, writes } = setUp();
    for (const tick of [1, 2]) ticks.report(report(tick));
    ticks.forget('a');
    for (const tick of [1, 2]) ticks.report(report(tick, 'b'));
    await ticks[Symbol.asyncDispose]();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(writes.flatMap((write) => write.ticks)).toEqual([1]);
  });
});

describe('ticks and previews', () => {
  const stage = createStage();
  let darkroom: Darkroom;
  beforeAll(async () => {
    darkroom = await startDarkroom({ providers: [stage.provider] });
  });
  afterAll(() => darkroom[Symbol.asyncDispose]());

  const followFrames = /* GraphQL */ `
    subscription ($id: ID!, $afterSequence: Int) {
      generationProgress(id: $id, afterSequence: $afterSequence) {
        sequence tick status stage step fraction imagesStored attempt message event { type sequence }
        preview { number dataUrl width height }
      }
    }
  `;

  const findTick = (id: string) =>
    darkroom.database.prisma.generationTick.findUnique({ where: { generationId: decodeKey(id, 'Generation') } });

  test('the last of many ticks is seen by who follows and by who asks later, and is gone at the end', async () => {
    const hold = createHold();
    const prompt = stage.prompt(async function* (order) {
      for (let done = 1; done <= 50; done += 1) yield step(done, 50);
      await hold.wait();
      yield* paintAll(order);
    });
    const id = await submit(darkroom.client, { prompt });
    await hold.reached;
    const early = darkroom.client.subscribe(follow, { id });
    let seen = toProgress((await early.next()).value);
    while (seen.step !== 50) seen = toProgress((await early.next()).value);
    expect(seen).toMatchObject({ sequence: 3, tick: 50, stage: 'GENERATING', fraction: 1, event: null });
    const late = await darkroom.client.subscribe(follow, { id }).next();
    expect(toProgress(late.value)).toMatchObject({ sequence: 3, tick: 50, step: 50 });
    const asked = await darkroom.client.query(
      'query ($id: ID!) { generation(id: $id) { progress { tick step totalSteps fraction etaSeconds } } }',
      { id },
    );
    expect(asked.generation.progress).toEqual({ tick: 50, step: 50, totalSteps: 50, fraction: 1, etaSeconds: 0 });
    hold.release();
    const rest = await collect(early);
    expectOrder(rest);
    expect(await findTick(id)).toBeNull();
  });

  test('the snapshot of the last event stands when the ticks are lost in a crash', async () => {
    const hold = createHold();
    const prompt = stage.prompt(async function* (order) {
      yield step(7, 20);
      await hold.wait(order.signal);
    });
    const id = await submit(darkroom.client, { prompt });
    await hold.reached;
    await expect.poll(() => findTick(id)).not.toBeNull();
    await darkroom.database.pool.query('TRUNCATE "GenerationTick"');
    const stream = darkroom.client.subscribe(follow, { id });
    expect(toProgress((await stream.next()).value)).toMatchObject({
      sequence: 3,
      tick: 0,
      step: null,
      stage: 'WAITING_FOR_PROVIDER',
      event: { type: 'CALLING_PROVIDER' },
    });
    await darkroom.client.query(cancel, { id });
    await collect(stream);
  });

  test('each stream gets a frame once, and who joins later gets the newest', async () => {
    const frames = await Promise.all([16, 32].map((side) => blankPicture(side, side)));
    const [second, third, end] = [createHold(), createHold(), createHold()];
    const show = (index: number) => {
      const side = index === 0 ? 16 : 32;
      return {
        type: 'preview',
        bytes: frames[index] ?? Buffer.alloc(0),
        mediaType: 'image/png',
        width: side,
        height: side,
      } as const;
    };
    const prompt = stage.prompt(async function* (order) {
      yield show(0);
      await second.wait();
      yield step(1, 2);
      await third.wait();
      yield show(1);
      await end.wait();
      yield* paintAll(order);
    });
    const id = await submit(darkroom.client, { prompt });
    await second.reached;
    const stream = darkroom.client.subscribe(followFrames, { id });
    const next = async (from = stream) => (await from.next()).value.data.generationProgress;
    const untilTick = async (tick: number) => {
      let snapshot = await next();
      while (snapshot.tick < tick) snapshot = await next();
      return snapshot;
    };
    const dataUrl = (index: number) => `data:image/png;base64,${frames[index]?.toString('base64')}`;
    expect(await untilTick(1)).toMatchObject({ preview: { number: 1, dataUrl: dataUrl(0), width: 16 } });
    second.release();
    expect(await untilTick(2)).toMatchObject({ step: 1, preview: null });
    const late = darkroom.client.subscribe(followFrames, { id });
    expect(await next(late)).toMatchObject({ tick: 2, preview: { number: 1, dataUrl: dataUrl(0) } });
    third.release();
    expect(await untilTick(3)).toMatchObject({ preview: { number: 2, dataUrl: dataUrl(1), height: 32 } });
    expect(await next(late)).toMatchObject({ preview: { number: 2 } });
    end.release();
    const rest = await Array.fromAsync(stream);
    expect(rest.map(({ data }) => data.generationProgress.preview).filter(Boolean)).toEqual([]);
    expect(rest.at(-1)?.data.generationProgress).toMatchObject({ status: 'SUCCEEDED' });
    await late.return?.();
  });

  test('progress starts anew with the picture that follows, and never goes back within an event', async () => {
    const prompt = stage.prompt(async function* (order) {
      for (let done = 1; done <= 5; done += 1) yield step(done, 5);
      yield* paintAll(order);
    });
    const id = await submit(darkroom.client, { prompt, count: 2 });
    expectOrder(await collect(darkroom.client.subscribe(follow, { id, afterSequence: 0 })));
    expect(await waitForEnd(darkroom.client, follow, id)).toMatchObject({ status: 'SUCCEEDED' });
  });
});
