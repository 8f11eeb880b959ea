import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTemporaryDirectory, findProcesses, type TemporaryDirectory } from '../embedded/owner.ts';
import { type CliRun, runCli } from './run-cli.ts';

// A first start makes a database; on a busy machine that takes long.
vi.setConfig({ testTimeout: 90_000 });

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await createTemporaryDirectory();
});
afterEach(() => directory[Symbol.asyncDispose]());

function run(args: readonly string[], environment: Readonly<Record<string, string>> = {}): CliRun {
  return runCli(args, { directory: directory.path, environment });
}

function readOwner(): Promise<string> {
  return readFile(join(directory.path, '.darkroom', 'owner.pid'), 'utf8');
}

/** Its id is taken back at an orderly end, and its database and storage have the directory on their command lines. */
async function expectNothingLeft(): Promise<void> {
  expect({ owner: await readOwner(), processes: await findProcesses(directory.path) }).toEqual({
    owner: '',
    processes: [],
  });
}

test('without a server, one is started, paints a real picture, and is stopped again', async () => {
  const impostor = createServer((_, response) => response.end('{"status":"live"}'));
  await once(impostor.listen(0, '127.0.0.1'), 'listening');
  const { port } = impostor.address() as AddressInfo;
  const args = ['A serene lake at dusk', '--model', 'sketch/landscape', '--size', '96x64', '--steps', '3'];
  const { code, stdout, stderr } = await run([...args, '--json'], { PORT: String(port) }).ended;
  impostor.close();
  expect(code, stderr).toBe(0);
  const { status, images } = JSON.parse(stdout);
  expect(status).toBe('SUCCEEDED');
  // With the signed link the storage would be asked that has just been stopped.
  expect(images[0].link).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${port}/images/[\\w-]+/original$`));
  const bytes = await readFile(images[0].path);
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(images[0].sha256);
  const { channels, entropy } = await sharp(bytes).stats();
  expect({ channels: channels.length, isPainted: entropy > 2 }).toEqual({ channels: 3, isPainted: true });
  expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', width: 96, height: 64 });
  expect(stderr).toMatch(/^Starting Darkroom …\n/);
  await expectNothingLeft();
});

test('Ctrl-C while it paints stops everything', async () => {
  const command = run(['A lake', '--size', '64x64'], { SKETCH_STEP_MILLISECONDS: '60000' });
  await command.says('Generating');
  command.signal('SIGINT');
  const { code, stdout, stderr } = await command.ended;
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/\nCancelled\.\n/);
  await expectNothingLeft();
});

test('Ctrl-C while the server starts leaves nothing running', async () => {
  const command = run(['A lake']);
  await command.says('Starting Darkroom');
  await vi.waitFor(async () => expect(await findProcesses(directory.path)).not.toEqual([]), { timeout: 60_000 });
  command.signal('SIGINT');
  const { code, stderr } = await command.ended;
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'Starting Darkroom …\nStopping Darkroom …\nCancelled.\n' });
  await expectNothingLeft();
});

test('a server of our own that dies is told, and nothing waits for it', async () => {
  const command = run(['A lake', '--size', '64x64'], { SKETCH_STEP_MILLISECONDS: '60000' });
  await command.says('Generating');
  process.kill(Number(await readOwner()), 'SIGKILL');
  const { code, stdout, stderr } = await command.ended;
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/\nThe server stopped\.\n$/);
});

test('a server that does not start says why', async () => {
  const { code, stdout, stderr } = await run(['A lake'], { WORKER_CONCURRENCY: 'many' }).ended;
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^Starting Darkroom …\nDarkroom does not start\.\nWORKER_CONCURRENCY: .+\n.*--url\.\n$/);
});
