import { describe, expect, test } from 'vitest';
import type { PictureOrder } from '../../src/providers/provider.ts';
import { eventsOf, failureOf, findModel, toOrder } from '../support/orders.ts';
import type { JobState } from '../support/standins/runpod-workers.ts';
import { faults } from '../support/standins/standin.ts';
import { standinPicture } from './provider-contract.ts';
import { useRunpod } from './runpod-fixtures.ts';

const runpod = useRunpod();
const working = { status: 'IN_PROGRESS' };

function stateOf(jobId: string): string | undefined {
  return runpod.standin.jobs.get(jobId)?.status;
}

/** Has a job under way, and the events that follow its first progress. */
async function begin(wishes: Partial<PictureOrder> = {}, states: readonly JobState[] = [working]) {
  runpod.standin.play(...states);
  const events = runpod.generate(wishes)[Symbol.asyncIterator]();
  const accepted = await events.next();
  const jobId = accepted.value?.type === 'accepted' ? accepted.value.providerRequestId : '';
  expect(await events.next()).toMatchObject({ value: { type: 'progress' } });
  return { events, jobId };
}

describe('a job that nobody wants any more', () => {
  test('is cancelled when its signal aborts', async () => {
    const abort = new AbortController();
    const { events, jobId } = await begin({ signal: abort.signal });
    const reason = new Error('Enough of it.');
    abort.abort(reason);
    await expect(events.next()).rejects.toBe(reason);
    expect(stateOf(jobId)).toBe('CANCELLED');
  });

  test('is cancelled when its events are left', async () => {
    const { events, jobId } = await begin();
    await events.return?.();
    expect(stateOf(jobId)).toBe('CANCELLED');
  });

  test('is cancelled when its events are left right after it was accepted', async () => {
    for await (const event of runpod.tell(working)) {
      if (event.type === 'accepted') break;
    }
    expect([...runpod.standin.jobs.values()].at(-1)).toEqual({ status: 'CANCELLED' });
  });

  test('ends with the reason even where the cancel fails', async () => {
    const abort = new AbortController();
    const { events } = await begin({ signal: abort.signal });
    runpod.standin.interject(/\/cancel\//, faults.cut);
    const reason = new Error('Enough of it.');
    abort.abort(reason);
    await expect(events.next()).rejects.toBe(reason);
  });

  test('is not cancelled when it is over', async () => {
    const output = (await standinPicture()).toString('base64');
    const cancels = runpod.asked('cancel').length;
    await Array.fromAsync(runpod.tell({ status: 'COMPLETED', output }));
    for await (const event of runpod.tell({ status: 'COMPLETED', output })) {
      if (event.type === 'picture') break;
    }
    await failureOf(runpod.tell({ status: 'FAILED', error: 'boom' }));
    expect(runpod.asked('cancel')).toHaveLength(cancels);
  });
});

describe('a job that was accepted before', () => {
  function resume(jobId: string) {
    const provider = runpod.createProvider();
    const order = toOrder(findModel(provider, 'runpod/endpoint'), { pictures: [{ position: 2, seed: 11 }] });
    const events = provider.resume?.(order, jobId);
    if (events === undefined) throw new Error('There is no way to resume.');
    return events;
  }

  test('is followed to its pictures without another call', async () => {
    const output = (await standinPicture()).toString('base64');
    const done = { status: 'COMPLETED', executionTime: 9, output };
    const { events: left, jobId } = await begin({}, [working, { ...working, output: '1/2' }, done]);
    const runs = runpod.asked('run').length;
    const events = await Array.fromAsync(resume(jobId));
    expect(events.map(({ type }) => type)).toEqual(['accepted', 'progress', 'account', 'picture']);
    expect(eventsOf(events, 'picture')).toMatchObject([{ position: 2, seed: 11 }]);
    expect(runpod.asked('run')).toHaveLength(runs);
    await left.return?.();
  });

  test('is lost when RunPod no longer knows it, and then not cancelled', async () => {
    const cancels = runpod.asked('cancel').length;
    const failure = await failureOf(resume('00000000-0000-4000-8000-999999999999-u1'));
    expect(failure).toMatchObject({ code: 'OUTPUT_LOST', retryable: true, unstarted: false });
    expect(runpod.asked('cancel')).toHaveLength(cancels);
  });

  test('is cancelled when its events are left', async () => {
    const { events: left, jobId } = await begin();
    const events = resume(jobId)[Symbol.asyncIterator]();
    await events.next();
    await events.return?.();
    expect(stateOf(jobId)).toBe('CANCELLED');
    await left.return?.();
  });
});
