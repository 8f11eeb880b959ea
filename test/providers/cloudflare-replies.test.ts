import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { blankPicture } from '../support/blank-provider.ts';
import { type Answer, sendJson, sendText } from '../support/standins/standin.ts';
import { openCloudflare } from './cloudflare-setup.ts';

const { provider, standin, makePicture, fail } = await openCloudflare();
const slug = 'cloudflare/flux-1-schnell';
const png = await blankPicture(64, 64);
const base64 = png.toString('base64');

function answerWith(answer: Answer): void {
  standin.interject(/\/ai\/run\//, answer);
}

const sendBytes = (type: string, bytes: Uint8Array): Answer => {
  return (_, response) => void response.writeHead(200, { 'content-type': type }).end(bytes);
};

describe('a picture', () => {
  test.each(
    provider.models.filter(({ capabilities }) => capabilities.inputImages.min === 0).map((model) => model.slug),
  )('is read from what %s sends', async (model) => {
    const { format } = await sharp(await makePicture(model)).metadata();
    expect(['png', 'jpeg']).toContain(format);
  });

  test('is taken byte for byte where it comes as a file', async () => {
    answerWith(sendBytes('image/png', png));
    expect(png.equals(await makePicture(slug))).toBe(true);
  });

  test.each(['jpeg', 'webp', 'png'] as const)(
    'is known as %s by its bytes, whatever its header says',
    async (format) => {
      const bytes = await sharp(png).toFormat(format).toBuffer();
      for (const type of ['image/png', 'application/octet-stream', 'application/json', 'text/html']) {
        answerWith(sendBytes(type, bytes));
        expect(bytes.equals(await makePicture(slug))).toBe(true);
      }
    },
  );

  test('is read from JSON that calls itself a picture', async () => {
    answerWith(sendBytes('image/png', Buffer.from(JSON.stringify({ result: { image: base64 }, success: true }))));
    expect(png.equals(await makePicture(slug))).toBe(true);
  });

  test.each([
    { shape: 'base64', image: base64 },
    { shape: 'a data URL', image: `data:image/png;base64,${base64}` },
  ])('is read from $shape in JSON, beside fields that nobody knows', async ({ image }) => {
    const body = { result: { image, usage: { neurons: 58 } }, success: true, errors: [], messages: [{ note: 1 }] };
    answerWith((_, response) => sendJson(response, 200, body));
    expect(png.equals(await makePicture(slug))).toBe(true);
  });

  test('is fetched at once where its URL is answered', async () => {
    standin.interject(/\/made\.png$/, sendBytes('image/png', png));
    answerWith((_, response) => sendJson(response, 200, { result: { image: `${standin.url}/made.png` } }));
    expect(png.equals(await makePicture(slug))).toBe(true);
  });
});

describe('an answer without a picture', () => {
  test.each([
    { what: 'an empty result', body: { result: {}, success: true, errors: [], messages: [] } },
    { what: 'no result', body: { result: null, success: true, errors: [], messages: [] } },
    { what: 'nothing at all', body: {} },
    { what: 'a list', body: [] },
    { what: 'an empty picture', body: { result: { image: '' }, success: true } },
    { what: 'a number for a picture', body: { result: { image: 7 }, success: true } },
    { what: 'base64 of something else', body: { result: { image: Buffer.from('Hello').toString('base64') } } },
    { what: 'words for a picture', body: { result: { image: 'here you are!' } } },
  ])('is no success: $what', async ({ body }) => {
    answerWith((_, response) => sendJson(response, 200, body));
    const failure = await fail(slug);
    expect(failure).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE', retryable: true, unstarted: false });
  });

  test.each([
    { what: 'a page', type: 'text/html', text: '<html>Welcome</html>' },
    { what: 'nothing', type: 'image/png', text: '' },
    { what: 'a GIF', type: 'image/gif', text: 'GIF89a and so on' },
  ])('is no success: $what instead of a file', async ({ type, text }) => {
    answerWith((_, response) => sendText(response, 200, text, type));
    const failure = await fail(slug);
    expect(failure).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE', retryable: true });
    expect(failure.message).toBe('Cloudflare answered with something that is no picture.');
  });

  test('that breaks off in the middle of a file is no picture', async () => {
    answerWith((_, response) => {
      response.writeHead(200, { 'content-type': 'image/png', 'content-length': String(png.length) });
      response.write(png.subarray(0, 50), () => response.destroy());
    });
    expect(await fail(slug)).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', unstarted: false });
  });
});
