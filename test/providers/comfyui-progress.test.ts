import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { ProviderEvent } from '../../src/providers/provider.ts';
import { blankPicture } from '../support/blank-provider.ts';
import { eventsOf } from '../support/orders.ts';
import { type ComfyuiStandin, startComfyuiStandin } from '../support/standins/comfyui.ts';
import { order, postedPrompts, startStandinFor } from './comfyui-fixtures.ts';

const stepsOf = (events: readonly ProviderEvent[]) =>
  eventsOf(events, 'progress').map(({ step, totalSteps, fraction }) => [step, totalSteps, fraction]);
const quarters = [
  [1, 4, 0.25],
  [2, 4, 0.5],
  [3, 4, 0.75],
  [4, 4, 1],
];

describe.each(['new', 'old'] as const)('%s servers', (age) => {
  test('tell every step of the sampler', async (context) => {
    const standin = await startStandinFor(context, { age });
    expect(stepsOf(await Array.fromAsync(order(standin, { steps: 4 })))).toEqual(quarters);
  });

  test('show looks at the unfinished picture', async (context) => {
    const standin = await startStandinFor(context, { age });
    const [preview] = eventsOf(await Array.fromAsync(order(standin)), 'preview');
    expect(preview).toMatchObject({ mediaType: 'image/webp', width: 64, height: 48 });
    expect(await sharp(preview?.bytes).metadata()).toMatchObject({ format: 'webp', width: 64, height: 48 });
  });
});

test('looks are shown twice a second at most', async (context) => {
  const standin = await startStandinFor(context);
  const frames = async (millisecondsPerStep: number) => {
    let now = 0;
    const onStep = () => {
      now += millisecondsPerStep;
    };
    standin.scriptNext({ onStep });
    const events = order(standin, { steps: 8, at: { clock: { now: () => now } } });
    return eventsOf(await Array.fromAsync(events), 'preview').length;
  };
  expect(await frames(10)).toBe(1);
  expect(await frames(600)).toBeGreaterThan(1);
});

test('a job whose results are all there has no steps, and its picture all the same', async (context) => {
  const standin = await startStandinFor(context);
  standin.scriptNext({ cached: ['1', '2', '3', '4', '5', '6', '7'] });
  const events = await Array.fromAsync(order(standin));
  expect(stepsOf(events)).toEqual([]);
  expect(eventsOf(events, 'picture')).toHaveLength(1);
});

const refiner = {
  8: {
    class_type: 'KSampler',
    inputs: {
      ...{ model: ['1', 0], positive: ['2', 0], negative: ['3', 0], latent_image: ['5', 0] },
      ...{ seed: '{{seed}}', steps: 2, cfg: 7, sampler_name: 'euler', scheduler: 'normal', denoise: 0.5 },
    },
  },
};

test('two samplers share the way, and steps are counted as soon as both have told theirs', async (context) => {
  const standin = await startStandinFor(context);
  const changes = { 'comfyui/sd15': { settings: { workflow: refiner } } };
  expect(stepsOf(await Array.fromAsync(order(standin, { at: { changes }, steps: 2 })))).toEqual([
    [null, null, 0.25],
    [null, null, 0.5],
    [3, 4, 0.75],
    [4, 4, 1],
  ]);
});

test('a sampler whose result is still there is no part of the way', async (context) => {
  const standin = await startStandinFor(context);
  standin.scriptNext({ cached: ['1', '2', '3', '4', '5'] });
  const at = { changes: { 'comfyui/sd15': { settings: { workflow: refiner } } } };
  expect(stepsOf(await Array.fromAsync(order(standin, { at })))).toEqual([
    [1, 2, 0.5],
    [2, 2, 1],
  ]);
});

/** Says something to the client of the job that runs, after its second step. */
async function sayWithin(standin: ComfyuiStandin, say: (client: Pick<WebSocket, 'send'>, id: string) => void) {
  standin.scriptNext({
    onStep(step) {
      const [posted] = postedPrompts(standin);
      const client = standin.clients.get(posted?.client_id ?? '');
      if (step === 2 && client !== undefined) say({ send: (data) => client.send(data) }, posted?.prompt_id ?? '');
    },
  });
  return Array.fromAsync(order(standin, { steps: 4 }));
}

test.each([
  ['what is no JSON', () => 'progress'],
  ['an unknown message', () => JSON.stringify({ type: 'crystools.monitor', data: { cpu: 3 } })],
  ['a message without data', () => JSON.stringify({ type: 'progress' })],
  ['steps of nothing', (id: string) => tell('progress', { value: 0, max: 0, node: '5', prompt_id: id })],
  [
    'steps of a node that is no sampler',
    (id: string) => tell('progress', { value: 9, max: 9, node: '6', prompt_id: id }),
  ],
  ['steps that go back', (id: string) => tell('progress', { value: 1, max: 4, node: '5', prompt_id: id })],
  ['steps of another job', () => tell('progress', { value: 4, max: 4, node: '5', prompt_id: 'other' })],
  ['the failure of another job', () => tell('execution_error', { exception_message: 'no', prompt_id: 'other' })],
  ['the end of another job', () => tell('executing', { node: null, prompt_id: 'other' })],
  ['the beginning of a node, of no job', () => tell('executing', { node: '5' })],
  ['an empty frame', () => Buffer.alloc(8, 1)],
  ['a text in a binary message', () => Buffer.from('00000003000000013568656c6c6f', 'hex')],
  ['a frame that is no picture', () => Buffer.from('0000000100000001ffd8ffe000', 'hex')],
  ['a frame whose description is cut off', () => Buffer.from('00000004000000ff7b226e6f64', 'hex')],
])('pays no heed to %s', async (_, toMessage) => {
  await using standin = await startComfyuiStandin();
  const events = await sayWithin(standin, (client, id) => client.send(toMessage(id)));
  expect(stepsOf(events)).toEqual(quarters);
  expect(eventsOf(events, 'picture')).toHaveLength(1);
});

test('a look that names no job is not ours while ours waits', async () => {
  await using standin = await startComfyuiStandin();
  const { promise: release, resolve } = Promise.withResolvers<void>();
  standin.scriptNext({ onStep: () => release });
  const first = Array.fromAsync(order(standin, { steps: 1 }));
  const previews: ProviderEvent[] = [];
  for await (const event of order(standin, { steps: 1 })) {
    if (event.type === 'preview') previews.push(event);
    if (event.type !== 'accepted') continue;
    standin.clients.get(event.providerRequestId)?.send(await toForeignFrame());
    resolve();
  }
  expect(previews).toEqual([expect.objectContaining({ width: 64, height: 48 })]);
  await first;
});

test('steps beyond the last are none', async () => {
  await using standin = await startComfyuiStandin();
  const events = await sayWithin(standin, (client, id) => {
    client.send(tell('progress', { value: 9, max: 4, node: '5', prompt_id: id }));
  });
  expect(stepsOf(events)).toEqual([quarters[0], quarters[1], quarters[3]]);
});

async function toForeignFrame(): Promise<Buffer> {
  return Buffer.concat([Buffer.from('0000000100000002', 'hex'), await blankPicture(32, 32)]);
}

function tell(type: string, data: object): string {
  return JSON.stringify({ type, data });
}
