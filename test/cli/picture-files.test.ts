import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { preparePictureFiles } from '../../src/cli/picture-files.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../embedded/owner.ts';

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await createTemporaryDirectory();
});
afterEach(() => directory[Symbol.asyncDispose]());

const bytes = Buffer.from('a picture');
const image = {
  width: 64,
  height: 64,
  mediaType: 'image/png',
  sizeBytes: bytes.length,
  sha256: '',
  seed: '7',
  permalink: '/images/1/original',
  link: { href: 'http://here/' },
};

async function saveAll(output: string, { prompt = 'a lake', images = [image] } = {}): Promise<readonly string[]> {
  const files = await preparePictureFiles({ output: join(directory.path, output), prompt, count: images.length });
  for (const each of images) await files.save(each, bytes);
  return (await readdir(join(directory.path, output.endsWith('/') ? output : '.'))).sort();
}

test('an existing file stays as it is: the new one gets a number', async () => {
  const path = join(directory.path, 'lake.png');
  await writeFile(path, 'precious');
  expect(await saveAll('lake.png')).toEqual(['lake-2.png', 'lake.png']);
  expect(await saveAll('lake.png')).toEqual(['lake-2.png', 'lake-3.png', 'lake.png']);
  expect(await readFile(path, 'utf8')).toBe('precious');
});

test('several pictures number the name of the file', async () => {
  expect(await saveAll('lake.v2.png', { images: [image, image] })).toEqual(['lake.v2-1.png', 'lake.v2-2.png']);
});

test('a folder is made, and files in it are named after the prompt and the seed', async () => {
  const images = [image, { ...image, seed: '8', mediaType: 'image/jpeg' }];
  expect(await saveAll('new/folder/', { images })).toEqual(['darkroom-a-lake-7.png', 'darkroom-a-lake-8.jpg']);
});

test('a folder that exists needs no slash', async () => {
  await mkdir(join(directory.path, 'album'));
  await saveAll('album');
  expect(await readdir(join(directory.path, 'album'))).toEqual(['darkroom-a-lake-7.png']);
});

test.each([
  { prompt: 'A serene landscape with mountains at sunset', name: 'darkroom-a-serene-landscape-with-mountains-7.png' },
  { prompt: '../../etc/passwd', name: 'darkroom-etc-passwd-7.png' },
  { prompt: 'Crème brûlée, “à la carte”!', name: 'darkroom-creme-brulee-a-la-carte-7.png' },
  { prompt: '山の夕焼け', name: 'darkroom-山の夕焼け-7.png' },
  { prompt: '🌄', name: 'darkroom-7.png' },
  { prompt: 'x'.repeat(300), name: `darkroom-${'x'.repeat(35)}-7.png` },
])('“$prompt” becomes a file name', async ({ prompt, name }) => {
  expect(await saveAll('in/', { prompt })).toEqual([name.normalize('NFC')]);
});

test('a place where nothing can be written is told before anything is made', async () => {
  await writeFile(join(directory.path, 'file'), '');
  await expect(saveAll('file/lake.png')).rejects.toThrow(`Nothing can be written to ${join(directory.path, 'file')}`);
});
