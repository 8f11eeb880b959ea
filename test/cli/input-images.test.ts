import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { PictureOrder } from '../../src/providers/provider.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../embedded/owner.ts';
import { plain } from '../pictures/sample-pictures.ts';
import { createScriptedProvider, toModel } from '../support/blank-provider.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { paintAll } from '../support/stage.ts';
import { type CliEnd, runCli } from './run-cli.ts';

const model = toModel('blank/inputs', {
  inputImages: { min: 0, max: 2 },
  mask: true,
  guidanceScale: { min: 0, max: 20, default: 7 },
  strength: { min: 0, max: 1, default: 0.5 },
});
const orders: PictureOrder[] = [];
const provider = createScriptedProvider((order) => {
  orders.push(order);
  return paintAll(order);
}, model);

let darkroom: Darkroom;
let directory: TemporaryDirectory;
beforeAll(async () => {
  darkroom = await startDarkroom({ providers: [provider] });
});
afterAll(() => darkroom[Symbol.asyncDispose]());
beforeEach(async () => {
  directory = await createTemporaryDirectory();
  orders.length = 0;
});
afterEach(() => directory[Symbol.asyncDispose]());

function run(...args: string[]): Promise<CliEnd> {
  return runCli([...args, '--url', darkroom.url], { directory: directory.path }).ended;
}

async function put(name: string, width: number, height: number): Promise<void> {
  await writeFile(join(directory.path, name), await plain(width, height).png().toBuffer());
}

test('files are sent along, in their order, with a mask and the options', async () => {
  await put('one.png', 40, 30);
  await put('two.png', 20, 20);
  await put('mask.png', 40, 30);
  const flags = '--input one.png --input two.png --mask mask.png --strength 0.25 --guidance 3.5 --enhance';
  const { code, stderr } = await run('A grey lake', ...flags.split(' '));
  expect({ code, stderr: stderr.includes('refused') }).toEqual({ code: 0, stderr: false });
  const [order] = orders;
  expect(order).toMatchObject({ strength: 0.25, guidanceScale: 3.5, mask: { width: 40, height: 30 } });
  expect(order?.inputs.map(({ width, height }) => [width, height])).toEqual([
    [40, 30],
    [20, 20],
  ]);
  expect(order?.prompt).toMatch(/^A grey lake, /);
});

test('a file that is not there is a wrong usage, and nothing is asked for', async () => {
  const { code, stderr } = await run('A grey lake', '--input', 'nobody.png');
  expect({ code, orders: orders.length }).toEqual({ code: 2, orders: 0 });
  expect(stderr).toContain('There is no file “nobody.png”.');
});

test('a file that is no picture is told by its flag and its place', async () => {
  await put('one.png', 40, 30);
  await writeFile(join(directory.path, 'page.png'), '<html></html>');
  const { code, stderr } = await run('A grey lake', '--input', 'one.png', '--input', 'page.png');
  expect({ code, orders: orders.length }).toEqual({ code: 2, orders: 0 });
  expect(stderr).toMatch(/--input: .*\(image 2\)/);
});

test('more files than the model takes are refused before they are stored', async () => {
  for (const name of ['a.png', 'b.png', 'c.png']) await put(name, 8, 8);
  const { code, stderr } = await run('A grey lake', '--input', 'a.png', '--input', 'b.png', '--input', 'c.png');
  expect({ code, orders: orders.length }).toEqual({ code: 2, orders: 0 });
  expect(stderr).toContain('--input: The model takes 2 input images at most.');
  expect(await darkroom.database.prisma.image.count({ where: { origin: 'INPUT', width: 8 } })).toBe(0);
});
