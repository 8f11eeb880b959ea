import { expect, test } from 'vitest';
import { eventsOf, toOrder } from '../support/orders.ts';
import { startAutomatic1111Standin } from '../support/standins/automatic1111.ts';
import {
  bodiesOf,
  createProvider,
  currentModel,
  order,
  readOn,
  readToPreview,
  readToStep,
} from './automatic1111-fixtures.ts';

const start = () => startAutomatic1111Standin({ webUi: false, stepMilliseconds: 0 });

test('tells the progress of the engine where it knows none of tasks, and asks for that once', async () => {
  await using standin = await start();
  const hold = standin.room.holdAt(1);
  const events = order(standin)[Symbol.asyncIterator]();
  expect(await readToStep(events, 1)).toEqual({ type: 'progress', fraction: 1 / 20, step: 1, totalSteps: 20 });
  expect(await readToPreview(events)).toMatchObject({ mediaType: 'image/webp', width: 64, height: 64 });
  hold.release();
  const rest = await readOn(events);
  expect(eventsOf(rest, 'picture')).toHaveLength(1);
  // The stand-in shows the same picture again and again.
  expect(eventsOf(rest, 'preview')).toEqual([]);
  expect(bodiesOf(standin, '/internal/progress')).toHaveLength(1);
});

test('an engine that still rests tells no progress', async () => {
  await using standin = await start();
  const answered = Promise.withResolvers<void>();
  standin.interject(/txt2img/, async (_, response) => {
    await answered.promise;
    response.writeHead(200).end(JSON.stringify({ images: ['aGVsbG8='], info: '' }));
  });
  standin.interject(/^\/sdapi\/v1\/progress/, (_, response) => {
    answered.resolve();
    response.writeHead(200).end(JSON.stringify({ progress: 0, state: { job_count: 0 }, current_image: null }));
  });
  const events = await Array.fromAsync(order(standin));
  expect(events.map(({ type }) => type)).toEqual(['picture']);
});

test('a call that waits behind another does not take the progress of that for its own', async () => {
  await using standin = await start();
  const hold = standin.room.holdAt(15);
  const provider = createProvider({ url: standin.url });
  const generate = () => provider.generate(toOrder(currentModel(provider), { width: 64, height: 64, steps: 20 }));
  const first = generate()[Symbol.asyncIterator]();
  await readToStep(first, 15);
  const next = standin.room.holdAt(2);
  const second = generate()[Symbol.asyncIterator]();
  const progress = second.next();
  hold.release();
  expect(eventsOf(await readOn(first), 'picture')).toHaveLength(1);
  expect((await progress).value).toMatchObject({ type: 'progress', step: 2, fraction: 0.1 });
  next.release();
  expect(eventsOf(await readOn(second), 'picture')).toHaveLength(1);
});
