import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ProviderError } from '../../src/providers/provider-error.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../embedded/owner.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { createStage, step } from '../support/stage.ts';
import { type CliEnd, runCli } from './run-cli.ts';

const stage = createStage();
let darkroom: Darkroom;
let directory: TemporaryDirectory;
beforeAll(async () => {
  darkroom = await startDarkroom({ providers: [stage.provider] });
});
afterAll(() => darkroom[Symbol.asyncDispose]());
beforeEach(async () => {
  directory = await createTemporaryDirectory();
});
afterEach(() => directory[Symbol.asyncDispose]());

function run(...args: string[]): Promise<CliEnd> {
  return runCli([...args, '--url', darkroom.url], { directory: directory.path }).ended;
}

function listFiles(): Promise<string[]> {
  return readdir(directory.path);
}

test('a prompt becomes a file, and people read where it is', async () => {
  const { code, stdout, stderr } = await run('A grey lake', '--seed', '7', '--size', '80x64');
  expect({ code, files: await listFiles() }).toEqual({ code: 0, files: ['darkroom-a-grey-lake-7.png'] });
  const lines = stdout.split('\n').map((line) => line.split(/ {2,}/));
  expect(lines).toEqual([
    ['Picture', 'darkroom-a-grey-lake-7.png'],
    ['Link', expect.stringMatching(/^http:/)],
    ['Size', expect.stringMatching(/^80x64, \d+ B$/)],
    ['Seed', '7'],
    ['Time', expect.stringMatching(/^\d+\.\d s$/)],
    [''],
  ]);
  expect(stderr).not.toContain('\x1b');
  const { width, height } = await sharp(await readFile(join(directory.path, 'darkroom-a-grey-lake-7.png'))).metadata();
  expect({ width, height }).toEqual({ width: 80, height: 64 });
});

test('programs read one JSON object, and the file is what it says', async () => {
  const { code, stdout } = await run('A grey lake', '--seed', '7', '--count', '2', '--output', 'lake.png', '--json');
  const result = JSON.parse(stdout);
  expect(code).toBe(0);
  expect(result).toMatchObject({ status: 'SUCCEEDED', model: 'blank/blank', seed: '7', warnings: [], failure: null });
  expect(result.milliseconds).toBeGreaterThan(0);
  expect(result.images).toHaveLength(2);
  for (const [index, image] of result.images.entries()) {
    expect(image.path).toMatch(new RegExp(`/lake-${index + 1}\\.png$`));
    const bytes = await readFile(image.path);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(image.sha256);
    expect(image).toMatchObject({ width: 64, height: 64, mediaType: 'image/png', sizeBytes: bytes.length });
    expect((await fetch(image.link)).status).toBe(200);
  }
});

test('the same picture twice is two files', async () => {
  await run('A grey lake', '--seed', '7');
  await run('A grey lake', '--seed', '7');
  expect((await listFiles()).sort()).toEqual(['darkroom-a-grey-lake-7-2.png', 'darkroom-a-grey-lake-7.png']);
});

test('what the model lacks is a warning that names the flag', async () => {
  const { code, stderr } = await run('A grey lake', '--negative', 'rain');
  expect(code).toBe(0);
  expect(stderr).toContain('Warning: --negative: The model takes no negative prompt.\n');
});

test('the stages are told while it goes on', async () => {
  const { stderr } = await run('A grey lake');
  expect(stderr).toMatch(/^Sending …\nQueued …\n(.*\n)*Waiting for the model …\n(.*\n)*Saving …\n$/);
});

test('everything that is wrong with the input is told at once, with its flag, and is wrong usage', async () => {
  const { code, stdout, stderr } = await run('A lake', '--steps', '0', '--size', '1x64', '--format', 'webp', '--json');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('\n--size: ');
  expect(stderr).toContain('\n--steps: ');
  expect(stderr).toContain('\n--format: ');
  expect(stderr).toContain('\nUsage: npm run generate');
});

test('an unknown model is wrong usage, and the models that there are are named', async () => {
  const { code, stderr } = await run('A lake', '--model', 'no/such');
  expect(code).toBe(2);
  expect(stderr).toContain('--model: There is no model “no/such”. There are: blank/blank.\n');
});

test('an unknown flag is wrong usage', async () => {
  const { code, stdout, stderr } = await run('A lake', '--colour', 'red');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^Unknown option '--colour'\.\nUsage: /);
});

test('help is a result', async () => {
  const { code, stdout, stderr } = await run('--help');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('--negative <text>');
});

test('a failed generation is told with its reason, to people and to programs', async () => {
  const prompt = stage.prompt(async function* () {
    yield step(1, 2);
    throw new ProviderError('Not this\x1b[2J, please.', { code: 'CONTENT_REFUSED', retryable: false });
  });
  const { code, stdout, stderr } = await run(prompt, '--json');
  expect(code).toBe(1);
  expect(stderr).toMatch(/\nThe generation failed \(CONTENT_REFUSED\): Not this\[2J, please\.\n$/);
  expect(JSON.parse(stdout)).toMatchObject({ status: 'FAILED', images: [], failure: { code: 'CONTENT_REFUSED' } });
});

test('an address where nothing answers is an error, and nothing is started', async () => {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise((resolve) => server.close(resolve));
  const { code, stderr } = await runCli(['A lake', '--url', url], { directory: directory.path }).ended;
  expect({ code, stderr }).toEqual({ code: 1, stderr: `Nothing answers at ${url}.\n` });
});

test('another service is not mistaken for Darkroom', async () => {
  const server = createServer((_, response) => response.end('{"status":"live"}'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { code, stderr } = await runCli(['A lake', '--url', url], { directory: directory.path }).ended;
  server.close();
  expect({ code, stderr }).toEqual({ code: 1, stderr: `What answers at ${url} is not Darkroom.\n` });
});
