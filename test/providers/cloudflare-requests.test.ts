import { describe, expect, test } from 'vitest';
import type { PictureOrder } from '../../src/providers/provider.ts';
import { blankPicture } from '../support/blank-provider.ts';
import { toInput } from '../support/orders.ts';
import { readForm } from '../support/standins/standin.ts';
import { openCloudflare } from './cloudflare-setup.ts';

const { generate, lastRequest } = await openCloudflare();
const noSeed = { position: 0, seed: null };
const photo = toInput(await blankPicture(64, 64));

/** Everything that an order can carry; what a model lacks is never ordered from it. */
const everything: Partial<PictureOrder> = {
  prompt: 'A heron in the reeds',
  negativePrompt: 'fog',
  width: 640,
  height: 512,
  steps: 8,
  guidanceScale: 3.5,
  strength: 0.6,
  pictures: [{ position: 0, seed: 41 }],
};

async function sentJson(slug: string, wishes?: Partial<PictureOrder>): Promise<unknown> {
  await generate(slug, wishes);
  expect(lastRequest().headers['content-type']).toBe('application/json');
  return JSON.parse(lastRequest().body.toString());
}

async function sentForm(slug: string, wishes?: Partial<PictureOrder>): Promise<Readonly<Record<string, unknown>>> {
  await generate(slug, wishes);
  expect(lastRequest().headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
  return Object.fromEntries(await readForm(lastRequest()));
}

describe('a request to a JSON model', () => {
  test('of the simplest kind is a prompt', async () => {
    expect(await sentJson('cloudflare/flux-1-schnell')).toEqual({ prompt: 'A grey lake' });
  });

  test('tells schnell its steps and nothing else, which it would refuse', async () => {
    const body = await sentJson('cloudflare/flux-1-schnell', everything);
    expect(body).toEqual({ prompt: 'A heron in the reeds', steps: 8 });
  });

  test('tells Lucid Origin all that it takes', async () => {
    const body = await sentJson('cloudflare/lucid-origin', everything);
    expect(body).toEqual({
      prompt: 'A heron in the reeds',
      width: 640,
      height: 512,
      num_steps: 8,
      guidance: 3.5,
      seed: 41,
    });
  });

  test('tells Stable Diffusion all that it takes', async () => {
    const order = { ...everything, inputs: [photo] };
    const body = await sentJson('cloudflare/stable-diffusion-v1-5-img2img', order);
    expect(body).toEqual({
      prompt: 'A heron in the reeds',
      negative_prompt: 'fog',
      width: 640,
      height: 512,
      num_steps: 8,
      guidance: 3.5,
      strength: 0.6,
      seed: 41,
      image_b64: (await blankPicture(64, 64)).toString('base64'),
    });
  });

  test('leaves out an empty negative prompt, which Phoenix refuses', async () => {
    const body = await sentJson('cloudflare/phoenix-1.0', { width: 64, height: 64, negativePrompt: '' });
    expect(body).toEqual({ prompt: 'A grey lake', width: 64, height: 64, seed: 7 });
  });
});

describe('a request to a multipart model', () => {
  test('is a form even where there is only a prompt', async () => {
    const form = await sentForm('cloudflare/flux-2-dev', { width: null, height: null, pictures: [noSeed] });
    expect(form).toEqual({ prompt: 'A grey lake' });
  });

  test('tells flux-2-dev all that it takes', async () => {
    expect(await sentForm('cloudflare/flux-2-dev', everything)).toEqual({
      prompt: 'A heron in the reeds',
      width: '640',
      height: '512',
      steps: '8',
      guidance: '3.5',
      seed: '41',
    });
  });

  test.each(['cloudflare/flux-2-klein-4b', 'cloudflare/flux-2-klein-9b'])(
    'never tells %s its steps, which are fixed',
    async (slug) => {
      expect(await sentForm(slug, everything)).not.toHaveProperty('steps');
    },
  );

  test('carries words that need more than ASCII', async () => {
    const prompt = 'Ein Kranich über dem Moor, 鶴 — "wide"\r\n--boundary';
    expect(await sentForm('cloudflare/flux-2-klein-4b', { prompt })).toMatchObject({ prompt });
  });
});
