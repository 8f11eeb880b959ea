import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { displayP3, noise, plain, profiledPng } from '../pictures/sample-pictures.ts';
import { toModel } from '../support/blank-provider.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { generate } from '../support/documents.ts';
import { sendFiles, sendForm, toForm, upload, uploadAs } from '../support/multipart.ts';
import { createStage, type Stage } from '../support/stage.ts';
import { carriers, damaged, type HostilePicture, manyFrames, noPictures, tooLarge } from './support/picture-corpus.ts';

let darkroom: Darkroom;
let stage: Stage;
let residentBytes: number;
beforeAll(async () => {
  stage = createStage(toModel('stage/stage', { inputImages: { min: 0, max: 4 }, mask: true }));
  darkroom = await startDarkroom({ providers: [stage.provider] });
  await uploadAs(darkroom.client, await noise(40, 40).png().toBuffer());
  residentBytes = process.memoryUsage.rss();
});
afterAll(() => darkroom[Symbol.asyncDispose]());

async function visit(href: string): Promise<Buffer> {
  return Buffer.from(await (await fetch(href)).arrayBuffer());
}

async function store(bytes: Uint8Array, name?: string) {
  const answer = await uploadAs(darkroom.client, bytes, name);
  expect(answer).toMatchObject({ __typename: 'UploadImageSuccess' });
  return { image: answer.image, stored: await visit(answer.image.link.href) };
}

const refused: readonly (readonly [string, readonly HostilePicture[]])[] = [
  ['The bytes are no PNG, WebP or JPEG picture.', noPictures],
  ['The picture has more than 40 megapixels.', tooLarge],
  ['The picture has more than one frame.', manyFrames],
  ['The picture is damaged or incomplete.', damaged],
];

describe('pictures that want to do harm', () => {
  for (const [message, pictures] of refused) {
    test.for(pictures)('as an input: %s', async ([, make]) => {
      const answer = await uploadAs(darkroom.client, await make(), 'picture.png');
      expect(answer).toEqual({ __typename: 'InputImageUnusable', message, path: ['file'] });
    });

    test.for(pictures.slice(0, 3))('as an output: %s', async ([, make]) => {
      const bytes = new Uint8Array(await make());
      const prompt = stage.prompt(async function* () {
        yield { type: 'picture', position: 0, seed: null, bytes };
      });
      const { generateImage } = await darkroom.client.query(generate, { input: { prompt }, waitSeconds: 30 });
      expect(generateImage.generation).toMatchObject({
        status: 'FAILED',
        failure: { code: 'PROVIDER_BAD_RESPONSE', message },
        images: [],
      });
    });
  }

  test('and the next picture is served, by a server that has not grown', async () => {
    const { image } = await store(await noise(77, 40).png().toBuffer());
    expect(image).toMatchObject({ width: 77, height: 40 });
    expect(process.memoryUsage.rss() - residentBytes).toBeLessThan(400 * 1024 ** 2);
  });
});

describe('pictures that carry something', () => {
  test.for(carriers)('$name: it is gone', async ({ make, secret }) => {
    const bytes = Buffer.from(await make());
    expect(bytes.includes(secret, 0, 'latin1')).toBe(true);
    const { stored } = await store(bytes);
    expect(stored.includes(secret, 0, 'latin1')).toBe(false);
    const { exif, xmp, iptc, icc, comments } = await sharp(stored).metadata();
    expect([exif, xmp, iptc, icc, comments]).toEqual(Array(5).fill(undefined));
  });

  test('a profile of 10 MB: it is gone', async () => {
    const profile = Buffer.concat([await displayP3(), Buffer.alloc(10_000_000, 'noise')]);
    profile.writeUInt32BE(profile.length, 0);
    const { stored } = await store(await profiledPng(noise(55, 40), profile));
    expect((await sharp(stored).metadata()).icc).toBeUndefined();
    expect(stored.length).toBeLessThan(20_000);
  });

  test('Display P3: it stays, with the pixels as they were', async () => {
    const green = { r: 0, g: 255, b: 0 };
    const { stored } = await store(await profiledPng(plain(56, 40, green), await displayP3()));
    expect((await sharp(stored).metadata()).icc).toEqual(await displayP3());
    const pixels = await sharp(stored).keepIccProfile().raw().toBuffer();
    expect([...pixels.subarray(0, 3)]).toEqual([0, 255, 0]);
  });

  test('an output stays byte for byte what it was', async () => {
    const bytes = new Uint8Array(
      await noise(64, 64)
        .withExif({ IFD0: { Copyright: 'a provider' } })
        .png()
        .toBuffer(),
    );
    const prompt = stage.prompt(async function* () {
      yield { type: 'picture', position: 0, seed: null, bytes };
    });
    const { generateImage } = await darkroom.client.query(generate, { input: { prompt }, waitSeconds: 30 });
    const query = '{ images(first: 1) { edges { node { origin link { href } } } } }';
    expect(generateImage.generation.status).toBe('SUCCEEDED');
    const { images } = await darkroom.client.query(query);
    expect(images.edges[0].node.origin).toBe('GENERATED');
    expect(await visit(images.edges[0].node.link.href)).toEqual(Buffer.from(bytes));
  });
});

describe('pictures that are odd, and fine', () => {
  const orange = [230, 120, 30];
  const colourOf = async (bytes: Uint8Array) => {
    const { data, info } = await sharp(bytes).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
    const middle = (Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)) * info.channels;
    return [...data.subarray(middle, middle + 3)];
  };

  test.for<readonly [string, () => Promise<Uint8Array>, readonly number[], number]>([
    ['CMYK', () => plain(61, 40).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer(), orange, 40],
    ['16 bits', () => plain(62, 40).toColourspace('rgb16').png().toBuffer(), orange, 1],
    ['a palette', () => plain(63, 40).png({ palette: true }).toBuffer(), orange, 1],
    [
      '1 bit',
      () => plain(64, 40, { r: 255, g: 255, b: 255 }).threshold().png({ palette: true, colours: 2 }).toBuffer(),
      [255, 255, 255],
      0,
    ],
    ['grey tones', () => plain(65, 40, { r: 90, g: 90, b: 90 }).toColourspace('b-w').png().toBuffer(), [90, 90, 90], 1],
    ['1 x 1', () => plain(1, 1).png().toBuffer(), orange, 1],
    ['1 x 100,000', () => plain(1, 100_000).png().toBuffer(), orange, 1],
    ['interlaced', () => plain(66, 40).png({ progressive: true }).toBuffer(), orange, 1],
  ])('%s: its colours are right', async ([, make, colour, tolerance]) => {
    const { stored } = await store(await make());
    const shown = await colourOf(stored);
    for (const [channel, value] of colour.entries()) {
      expect(Math.abs((shown[channel] ?? -999) - value), `${shown}`).toBeLessThanOrEqual(tolerance);
    }
  });

  test.for([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %i: it is upright', async (orientation) => {
    const top = await plain(60 + orientation, 20, { r: 20, g: 40, b: 200 })
      .png()
      .toBuffer();
    const picture = await plain(60 + orientation, 40)
      .composite([{ input: top, gravity: 'north' }])
      .png()
      .toBuffer();
    const turned = await sharp(picture).jpeg({ chromaSubsampling: '4:4:4' }).withMetadata({ orientation }).toBuffer();
    const upright = await sharp(turned).autoOrient().png().toBuffer();
    const { stored } = await store(turned);
    const [shown, wanted] = await Promise.all([stored, upright].map((bytes) => sharp(bytes).raw().toBuffer()));
    expect(shown?.length).toBe(wanted?.length);
    const worst = shown?.reduce((most, value, index) => Math.max(most, Math.abs(value - (wanted?.[index] ?? 999))), 0);
    expect(worst).toBeLessThanOrEqual(16);
    expect((await sharp(stored).metadata()).orientation).toBeUndefined();
  });
});

describe('pictures that come in an odd way', () => {
  const dataUrl = (base64: string) => ({ inputImages: [{ dataUrl: `data:image/png;base64,${base64}` }] });
  const wrong = 'The base64 of the data URL is wrong.';

  test.for<readonly [string, () => Promise<object>, string]>([
    ['base64 without its padding', async () => dataUrl((await png(70)).toString('base64').replace(/=*$/, 'A')), wrong],
    ['base64 with too much padding', async () => dataUrl(`${(await png(71)).toString('base64')}====`), wrong],
    ['base64 with spaces', async () => dataUrl((await png(72)).toString('base64').replace(/(.{40})/g, '$1\n')), wrong],
    [
      'a data URL of an SVG',
      async () => dataUrl(Buffer.from('<svg/>').toString('base64')),
      'The bytes are no PNG, WebP or JPEG picture.',
    ],
    [
      'a data URL without base64',
      async () => ({ inputImages: [{ dataUrl: 'data:image/svg+xml,<svg/>' }] }),
      'It is no data URL in base64.',
    ],
    [
      'a mask of another size',
      async () => ({
        ...dataUrl((await png(73)).toString('base64')),
        mask: { dataUrl: `data:;base64,${(await png(74)).toString('base64')}` },
      }),
      'The mask has 74x40 pixels and its input image 73x40: they must be the same.',
    ],
  ])('%s is refused', async ([, toInput, message]) => {
    const { generateImage } = await darkroom.client.query(generate, { input: { prompt: 'x', ...(await toInput()) } });
    expect(generateImage).toMatchObject({ __typename: 'InputImageUnusable', message });
  });

  test.for([
    ['with NUL', 'a\0.png'],
    ['of another folder', '../../../../etc/passwd'],
    ['of 100 KB', `${'a'.repeat(100_000)}.png`],
    ['that reads backwards', 'gnp.\u202eexe'],
    ['with line breaks', 'a\r\nx-header: b\r\n\r\n.png'],
  ] as const)('a file name %s is not even looked at', async ([, name]) => {
    const { image } = await store(
      await noise(80 + (name.length % 97), 41)
        .png()
        .toBuffer(),
      name,
    );
    expect(JSON.stringify(image)).not.toContain('passwd');
  });

  test('one file for a thousand variables is refused', async () => {
    const paths = Array.from({ length: 1_000 }, (_, index) => `variables.files.${index}`);
    const form = toForm({
      operations: JSON.stringify({ query: upload, variables: { file: null, files: paths.map(() => null) } }),
      map: JSON.stringify({ 0: paths }),
      0: new File([new Uint8Array(await png(75))], 'a.png'),
    });
    expect(await sendForm(darkroom.client, form)).toMatchObject({ status: 400 });
  });

  test('the media type that is claimed counts for nothing', async () => {
    const file = new File([new Uint8Array(await noise(76, 40).jpeg().toBuffer())], 'a.html', { type: 'text/html' });
    const files = { 'variables.file': file };
    const { data } = await sendFiles(darkroom.client, { query: upload, variables: { file: null }, files });
    expect(data.uploadImage.image.mediaType).toBe('image/jpeg');
  });

  const png = (width: number) => noise(width, 40).png().toBuffer();
});
