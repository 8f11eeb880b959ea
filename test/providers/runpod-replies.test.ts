import { describe, expect, test } from 'vitest';
import { eventsOf, failureOf } from '../support/orders.ts';
import { faults, sendText } from '../support/standins/standin.ts';
import { standinPicture } from './provider-contract.ts';
import { useRunpod } from './runpod-fixtures.ts';

const runpod = useRunpod();
const picture = await standinPicture();
const base64 = picture.toString('base64');
const dataUrl = `data:image/png;base64,${base64}`;

const twoPictures = [
  { position: 0, seed: 7 },
  { position: 1, seed: 8 },
];

/** The pictures of a job that is completed with this output, of which two are ordered. */
async function picturesOf(output: unknown) {
  runpod.standin.play({ status: 'COMPLETED', output });
  const pictures = eventsOf(await Array.fromAsync(runpod.generate({ pictures: twoPictures })), 'picture');
  for (const { bytes } of pictures) expect(picture.equals(bytes)).toBe(true);
  return pictures.map(({ position, seed }) => [position, seed]);
}

const pictureUrl = () => `${runpod.standin.url}/pictures/one.png`;
const one = [[0, 7]];

describe('the output of a completed job', () => {
  // Shapes: runpod-workers/worker-comfyui `handler.py` and README, worker-sdxl README, runpod/docs `public-endpoints/models`
  // and `operation-reference.mdx`, runpod/ai-sdk-provider `runpod-image-model.ts`.
  test.each([
    ['base64', () => base64, one],
    ['a data URL', () => dataUrl, one],
    ['a URL', pictureUrl, one],
    ['a list', () => [base64], one],
    ['worker-comfyui 5', () => ({ images: [{ filename: 'ComfyUI_1_.png', type: 'base64', data: base64 }] }), one],
    [
      'worker-comfyui 5 with a bucket',
      () => ({ images: [{ type: 's3_url', data: pictureUrl() }], errors: ['x'] }),
      one,
    ],
    ['worker-comfyui before 5', () => ({ message: base64, status: 'success' }), one],
    ['worker-comfyui before 5 with a bucket', () => ({ message: pictureUrl(), status: 'success' }), one],
    ['worker-sdxl', () => ({ image_url: dataUrl, images: [dataUrl], seed: 42 }), [[0, 42]]],
    ['a hosted endpoint', () => ({ image_url: pictureUrl(), cost: 0.0025 }), one],
    ['another hosted endpoint', () => ({ result: pictureUrl(), cost: 0.02 }), one],
    ['a handler with `image`', () => ({ image: base64 }), one],
    ['a handler with `image_base64`', () => ({ image_base64: base64 }), one],
    ['the documentation', () => [{ image: pictureUrl(), seed: 46_578 }], [[0, 46_578]]],
    ['an empty list beside a picture', () => ({ images: [], image_url: dataUrl }), one],
  ])('may be that of %s', async (_, toOutput, expected) => {
    expect(await picturesOf(toOutput())).toEqual(expected);
  });

  test('may hold as many pictures as were ordered, in their order', async () => {
    const echoed = [
      [0, 42],
      [1, 42],
    ];
    expect(await picturesOf({ images: [dataUrl, dataUrl], seed: 42 })).toEqual(echoed);
    expect(await picturesOf([{ image: base64, seed: 3 }, base64])).toEqual([
      [0, 3],
      [1, 8],
    ]);
  });

  test('may hold more pictures than were ordered, of which the first are taken', async () => {
    expect(await picturesOf([base64, base64, base64])).toHaveLength(2);
  });

  test('keeps the ordered seed where the told one is none', async () => {
    expect(await picturesOf({ image: base64, seed: 'random' })).toEqual(one);
    expect(await picturesOf({ image: base64, seed: -1 })).toEqual(one);
  });
});

describe('an output without a picture', () => {
  const completed = (output?: unknown) => failureOf(runpod.tell({ status: 'COMPLETED', output }));

  // An answer above RunPod's limit ends like that: runpod/runpod-python#309.
  test.each([undefined, null, '', []].map((output) => [output]))('is empty when it is %j', async (output) => {
    expect(await completed(output)).toMatchObject({
      code: 'PROVIDER_BAD_RESPONSE',
      retryable: true,
      message: 'RunPod completed the job with an empty output.',
    });
  });

  test.each([{}, { images: [], status: 'success_no_images' }, { status: 'ok' }, 7, [[]], { image: 3 }])(
    'is no success: %j',
    async (output) => {
      expect(await completed(output)).toMatchObject({
        code: 'PROVIDER_BAD_RESPONSE',
        message: 'RunPod completed the job without a picture.',
      });
    },
  );

  test('shows what the worker says instead', async () => {
    const failure = await completed({ status: 'error', message: 'The model is not loaded.' });
    expect(failure).toMatchObject({
      message: 'RunPod completed the job without a picture: The model is not loaded.',
    });
    expect(await completed({ error_message: 'NSFW content detected' })).toMatchObject({ code: 'CONTENT_REFUSED' });
  });

  test('is found out by its letters', async () => {
    expect(await completed('The picture is ready!')).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE' });
  });
});

describe('a picture that is told by its URL', () => {
  const fetchPicture = () => failureOf(runpod.tell({ status: 'COMPLETED', output: { image_url: pictureUrl() } }));

  test('is fetched again after a fault', async () => {
    runpod.standin.interject(/^\/pictures\//, faults.badGateway);
    runpod.standin.interject(/^\/pictures\//, faults.cut);
    expect(await picturesOf({ image_url: pictureUrl() })).toEqual(one);
  });

  test('is lost when it has expired', async () => {
    runpod.standin.interject(/^\/pictures\//, (_, response) => sendText(response, 403, 'expired'));
    const failure = await fetchPicture();
    expect(failure).toMatchObject({ code: 'OUTPUT_LOST', retryable: true, unstarted: false });
  });

  test('is not fetched from a private address', async () => {
    const output = { image_url: 'http://169.254.169.254/latest/meta-data' };
    const failure = await failureOf(runpod.tell({ status: 'COMPLETED', output }));
    expect(failure).toMatchObject({ code: 'OUTPUT_LOST', message: expect.not.stringContaining('169.254') });
  });
});
