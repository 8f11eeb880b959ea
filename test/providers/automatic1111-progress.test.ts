import sharp from 'sharp';
import { expect, test } from 'vitest';
import { blankPicture } from '../support/blank-provider.ts';
import { eventsOf, toInput } from '../support/orders.ts';
import { startAutomatic1111Standin } from '../support/standins/automatic1111.ts';
import { faults, sendJson, sendText } from '../support/standins/standin.ts';
import { bodiesOf, order, readOn, readToPreview, readToStep, seedsFrom } from './automatic1111-fixtures.ts';

const internal = /^\/internal\/progress$/;
const whole = /^\/sdapi\/v1\/progress/;

test('tells the steps that the engine has made', async () => {
  await using standin = await startAutomatic1111Standin({ stepMilliseconds: 0 });
  const hold = standin.room.holdAt(7);
  const events = order(standin)[Symbol.asyncIterator]();
  const first = readToStep(events, 7);
  expect(await first).toEqual({ type: 'progress', fraction: 7 / 20, step: 7, totalSteps: 20 });
  hold.release();
  expect(eventsOf(await readOn(events), 'picture')).toHaveLength(1);
});

test('counts as many steps as the engine makes for an input image', async () => {
  await using standin = await startAutomatic1111Standin({ stepMilliseconds: 0 });
  const hold = standin.room.holdAt(3);
  const wishes = { inputs: [toInput(await blankPicture(64, 64))], strength: 0.5, steps: 20 };
  const events = order(standin, wishes)[Symbol.asyncIterator]();
  const progress = await readToStep(events, 3);
  expect(progress).toMatchObject({ fraction: 0.3, totalSteps: 10 });
  hold.release();
  await readOn(events);
});

test('counts the steps of all pictures of one call', async () => {
  await using standin = await startAutomatic1111Standin({ stepMilliseconds: 0 });
  const hold = standin.room.holdAt(10);
  const events = order(standin, { pictures: seedsFrom(3, 4) })[Symbol.asyncIterator]();
  const progress = await readToStep(events, 10);
  expect(progress).toEqual({ type: 'progress', fraction: 1 / 8, step: 10, totalSteps: 80 });
  hold.release();
  expect(eventsOf(await readOn(events), 'picture')).toHaveLength(4);
});

test('pictures whose seeds do not follow each other are made by several calls with one progress', async () => {
  await using standin = await startAutomatic1111Standin({ stepMilliseconds: 0 });
  const pictures = [0, 2, 3].map((position) => ({ position, seed: 7 + position }));
  const first = standin.room.holdAt(5);
  const events = order(standin, { pictures })[Symbol.asyncIterator]();
  expect(await readToStep(events, 5)).toMatchObject({ fraction: 5 / 60, totalSteps: 60 });
  const second = standin.room.holdAt(4);
  first.release();
  expect(await readToStep(events, 24)).toMatchObject({ fraction: 24 / 60, totalSteps: 60 });
  second.release();
  expect(bodiesOf(standin, '/sdapi/v1/txt2img')).toMatchObject([
    { seed: 7, n_iter: 1 },
    { seed: 9, n_iter: 2 },
  ]);
  expect(eventsOf(await readOn(events), 'picture')).toMatchObject(pictures.slice(1));
});

test('shows the unfinished picture, and asks for none that it has', async () => {
  await using standin = await startAutomatic1111Standin({ stepMilliseconds: 0 });
  const hold = standin.room.holdAt(5);
  const events = order(standin)[Symbol.asyncIterator]();
  const { bytes, ...preview } = await readToPreview(events);
  expect(preview).toEqual({ type: 'preview', mediaType: 'image/webp', width: 64, height: 64 });
  expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 64, height: 64 });
  const shown = { active: true, progress: 0.25, live_preview: null, id_live_preview: 88 };
  standin.interject(internal, (_, response) => sendJson(response, 200, shown));
  standin.interject(internal, (request, response) => {
    expect(JSON.parse(request.body.toString())).toMatchObject({ id_live_preview: 88, live_preview: true });
    hold.release();
    sendJson(response, 200, shown);
  });
  expect(eventsOf(await readOn(events), 'picture')).toHaveLength(1);
});

test('a progress that falls back is not told', async () => {
  await using standin = await startAutomatic1111Standin({ stepMilliseconds: 0 });
  const hold = standin.room.holdAt(0);
  for (const progress of [0.5, 0.3, 0.5, 7, -1]) {
    standin.interject(internal, (_, response) => sendJson(response, 200, { active: true, progress }));
    standin.interject(whole, (_, response) => sendJson(response, 200, {}));
  }
  standin.interject(internal, (_, response) => {
    hold.release();
    sendJson(response, 200, { active: false, queued: false, completed: true });
  });
  const events = await Array.fromAsync(order(standin));
  const told = eventsOf(events, 'progress');
  expect(told.slice(0, 2)).toEqual([
    { type: 'progress', fraction: 0.5, step: null, totalSteps: null },
    { type: 'progress', fraction: 1, step: null, totalSteps: null },
  ]);
  expect(told).toHaveLength(2);
});

test('looks that fail do not matter', async () => {
  await using standin = await startAutomatic1111Standin({ stepMilliseconds: 0 });
  const hold = standin.room.holdAt(4);
  standin.interject(internal, (_, response) => sendText(response, 500, 'Internal Server Error'));
  standin.interject(internal, faults.garbage);
  standin.interject(internal, (_, response) => void response.destroy());
  const events = order(standin)[Symbol.asyncIterator]();
  const progress = await readToStep(events, 4);
  expect(progress).toMatchObject({ fraction: 0.2 });
  hold.release();
  expect(eventsOf(await readOn(events), 'picture')).toHaveLength(1);
});
