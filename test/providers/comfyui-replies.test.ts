import { expect, test } from 'vitest';
import { eventsOf, failureOf } from '../support/orders.ts';
import { type ComfyuiStandin, startComfyuiStandin } from '../support/standins/comfyui.ts';
import { sendJson } from '../support/standins/standin.ts';
import { asking, order, pathsOf } from './comfyui-fixtures.ts';

// Shapes retyped from Comfy-Org/ComfyUI, `tests/execution/test_jobs.py` at 172be438.

/** An order of four pictures whose history is this, wherever its files come from. */
function orderWith(standin: ComfyuiStandin, record: unknown) {
  standin.interject(/^\/history/, ({ path }, response) =>
    sendJson(response, 200, { [path.slice('/history/'.length)]: record }),
  );
  for (let view = 0; view < 4; view += 1) standin.interject(/^\/view/, (_, response) => void response.end('a picture'));
  const changes = { 'comfyui/sd15': { capabilities: { picturesPerCall: 4 } } };
  const pictures = [0, 1, 2, 3].map((position) => ({ position, seed: 1 }));
  return order(standin, { at: { changes, ...asking }, pictures });
}

const saved = (filename: string, subfolder = '') => ({ filename, subfolder, type: 'output' });
const success = { status_str: 'success', completed: true, messages: [] };

test.each([
  [
    'one picture',
    { 9: { images: [saved('ComfyUI_00001_.png')] } },
    ['filename=ComfyUI_00001_.png&subfolder=&type=output'],
  ],
  [
    'pictures in folders, with names that need escaping',
    { 9: { images: [saved('a & b_00001_.png', 'day/lake'), saved('ü_00001_.png', 'day\\lake')] } },
    [
      'filename=a+%26+b_00001_.png&subfolder=day%2Flake&type=output',
      'filename=%C3%BC_00001_.png&subfolder=day%5Clake&type=output',
    ],
  ],
  [
    'a picture without a folder',
    { 9: { images: [{ filename: 'a.png', type: 'output' }] } },
    ['filename=a.png&subfolder=&type=output'],
  ],
  [
    'pictures that are only shown, beside those that are kept',
    { 8: { images: [{ ...saved('temp.png'), type: 'temp' }] }, 9: { images: [saved('a.png')] } },
    ['filename=a.png&subfolder=&type=output'],
  ],
  [
    'much that is no picture',
    {
      1: { text: ['a caption'], files: [saved('ComfyUI_00001.txt')] },
      2: { latents: [saved('ComfyUI_00001_.latent')] },
      3: { result: ['preview3d_abc123.glb', null, null] },
      4: { images: [null, 'a.png', { filename: 3 }], animated: [true], metadata: 'string', count: 42 },
      5: 'done',
      6: { images: [saved('a.png')], animated: [false] },
    },
    ['filename=a.png&subfolder=&type=output'],
  ],
])('%s is read from the history', async (_, outputs, views) => {
  await using standin = await startComfyuiStandin();
  const record = { prompt: [5, 'id', {}, { create_time: 1_234_567_890 }, ['9']], status: success, outputs, meta: {} };
  const events = await Array.fromAsync(orderWith(standin, record));
  expect(eventsOf(events, 'picture').map(({ position }) => position)).toEqual([...views.keys()]);
  expect(pathsOf(standin).flatMap((path) => path.split('GET /view?')[1] ?? [])).toEqual(views);
});

const timed = {
  status_str: 'success',
  completed: true,
  messages: [
    ['execution_start', { prompt_id: 'id', timestamp: 1_234_567_890_500 }],
    ['execution_cached', { nodes: [], prompt_id: 'id', timestamp: 1_234_567_890_600 }],
    ['execution_success', { prompt_id: 'id', timestamp: 1_234_567_893_000 }],
  ],
};

test.each([
  ['all times', timed, { create_time: 1_234_567_890_000 }, { delayMilliseconds: 500, executionMilliseconds: 2_500 }],
  ['no time of arrival', timed, {}, { executionMilliseconds: 2_500 }],
  ['a time of arrival that is text', timed, { create_time: '1000' }, { executionMilliseconds: 2_500 }],
  ['no messages', success, { create_time: 1_000 }, {}],
  ['messages of another shape', { ...success, messages: ['x', ['execution_start'], [3, {}]] }, {}, {}],
  ['no status', null, {}, {}],
])('a history with %s tells what it can of the time', async (_, status, extraData, expected) => {
  await using standin = await startComfyuiStandin();
  const record = { prompt: [5, 'id', {}, extraData, ['9']], status, outputs: { 9: { images: [saved('a.png')] } } };
  const events = await Array.fromAsync(orderWith(standin, record));
  expect(eventsOf(events, 'account')).toEqual([{ type: 'account', ...expected }]);
  expect(eventsOf(events, 'picture')).toHaveLength(1);
});

const failed = {
  node_id: '5',
  node_type: 'KSampler',
  exception_message: 'CUDA out of memory',
  exception_type: 'RuntimeError',
  traceback: ['Traceback...', 'RuntimeError: CUDA out of memory'],
};

test.each([
  [
    'a failure',
    [['execution_error', failed]],
    'PROVIDER_UNAVAILABLE',
    'ComfyUI failed at KSampler: CUDA out of memory',
  ],
  [
    'an interruption',
    [['execution_interrupted', { executed: ['1'] }]],
    'PROVIDER_UNAVAILABLE',
    'Somebody interrupted the job at ComfyUI.',
  ],
  ['a failure without a reason', [], 'PROVIDER_BAD_RESPONSE', 'ComfyUI failed: it does not say why.'],
])('%s is read from the history, whatever was saved before it', async (_, messages, code, message) => {
  await using standin = await startComfyuiStandin();
  const status = { status_str: 'error', completed: false, messages };
  const record = { prompt: [], status, outputs: { 9: { images: [saved('a.png')] } } };
  expect(await failureOf(orderWith(standin, record))).toMatchObject({ code, message });
});

test('a history that cannot be read is asked for again', async () => {
  await using standin = await startComfyuiStandin();
  const events = await Array.fromAsync(orderWith(standin, 'done'));
  expect(eventsOf(events, 'picture')).toHaveLength(4);
  expect(pathsOf(standin).filter((path) => path.startsWith('GET /history')).length).toBeGreaterThan(1);
});
