import { expect, test } from 'vitest';
import { startDarkroom } from '../support/darkroom.ts';
import { follow } from '../support/documents.ts';
import { submit, waitForEnd } from '../support/generations.ts';
import { createHold } from '../support/hold.ts';
import { createStage, paintAfter, paintAll } from '../support/stage.ts';

test('a call that waits for its provider holds no slot: others run meanwhile, and it ends when the provider is done', async () => {
  const stage = createStage();
  await using darkroom = await startDarkroom({ providers: [stage.provider], concurrency: 1 });
  const hold = createHold();
  const waiting = stage.prompt(async function* (order) {
    yield { type: 'accepted', providerRequestId: order.prompt };
    await hold.wait(order.signal);
    yield* paintAll(order);
  });
  const id = await submit(darkroom.client, { prompt: waiting });
  await hold.reached;
  for (const prompt of ['one', 'two', 'three']) {
    const other = await submit(darkroom.client, { prompt });
    expect(await waitForEnd(darkroom.client, follow, other)).toMatchObject({ status: 'SUCCEEDED' });
  }
  hold.release();
  expect(await waitForEnd(darkroom.client, follow, id)).toMatchObject({ status: 'SUCCEEDED', imagesStored: 1 });
});

test('a call that the provider has not accepted holds its slot', async () => {
  const stage = createStage();
  await using darkroom = await startDarkroom({ providers: [stage.provider], concurrency: 1 });
  const hold = createHold();
  const busy = stage.prompt(paintAfter(hold));
  const id = await submit(darkroom.client, { prompt: busy });
  await hold.reached;
  const other = await submit(darkroom.client, { prompt: 'after it' });
  const { generation } = await darkroom.client.query('query ($id: ID!) { generation(id: $id) { status } }', {
    id: other,
  });
  expect(generation).toEqual({ status: 'QUEUED' });
  hold.release();
  await waitForEnd(darkroom.client, follow, id);
  expect(await waitForEnd(darkroom.client, follow, other)).toMatchObject({ status: 'SUCCEEDED' });
});
