import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { followGeneration } from '../../src/cli/follow.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../embedded/owner.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { submit } from '../support/generations.ts';
import { createHold } from '../support/hold.ts';
import { createStage, paintAll, step } from '../support/stage.ts';
import { startBreakableProxy } from './breakable-proxy.ts';
import { type CliRun, runCli } from './run-cli.ts';

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

function run(url: string, ...args: string[]): CliRun {
  return runCli([...args, '--url', url], { directory: directory.path });
}

async function readStatus(id: string): Promise<string> {
  // The command sends no header that names a user.
  const data = await darkroom.as('nobody').query('query ($id: ID!) { generation(id: $id) { status } }', { id });
  return data.generation.status;
}

/** Tells that it has begun, and then paints nothing until it is let go, or told to stop where it listens. */
function createSlowPrompt({ listens }: { readonly listens: boolean }) {
  const hold = createHold();
  const prompt = stage.prompt(async function* (order) {
    yield step(1, 4);
    await hold.wait(listens ? order.signal : undefined);
    yield* paintAll(order);
  });
  return { prompt, release: hold.release };
}

test.each(['SIGINT', 'SIGTERM'] as const)('%s cancels the generation on the server', async (signal) => {
  const { prompt } = createSlowPrompt({ listens: true });
  const command = run(darkroom.url, prompt, '--json');
  await command.says('Generating');
  command.signal(signal);
  const { code, stdout, stderr } = await command.ended;
  const { id, ...rest } = JSON.parse(stdout);
  expect(rest).toMatchObject({ status: 'CANCELLED', images: [], failure: null });
  expect({ code, status: await readStatus(id) }).toEqual({ code: 1, status: 'CANCELLED' });
  expect(stderr).toMatch(/\nCancelled\.\n$/);
});

test('a second Ctrl-C does not wait for a provider that goes on', async () => {
  const { prompt, release } = createSlowPrompt({ listens: false });
  const command = run(darkroom.url, prompt);
  await command.says('Generating');
  command.signal('SIGINT');
  await command.says('Cancelling');
  // A person presses it again and again: what comes too soon after the first counts as its echo.
  const pressing = setInterval(() => command.signal('SIGINT'), 50);
  const { code, stderr } = await command.ended;
  clearInterval(pressing);
  release();
  expect(code).toBe(1);
  expect(stderr).toMatch(/Cancelling …\n$/);
});

test('a cancel that the server does not confirm in time is told as that', async () => {
  const { prompt, release } = createSlowPrompt({ listens: false });
  const command = run(darkroom.url, prompt);
  await command.says('Generating');
  command.signal('SIGINT');
  const { code, stderr } = await command.ended;
  release();
  expect(code).toBe(1);
  expect(stderr).toMatch(/\nCancelled\. The server has not confirmed it: the generation may go on there\.\n$/);
});

test('a lost connection is taken up again, and the picture arrives', async () => {
  const { prompt, release } = createSlowPrompt({ listens: true });
  await using proxy = await startBreakableProxy(darkroom.url);
  const command = run(proxy.url, prompt);
  await command.says('Generating');
  proxy.break();
  await command.says('Reconnecting');
  release();
  const { code, stdout } = await command.ended;
  expect(code).toBe(0);
  expect(stdout).toContain('Picture  darkroom-as-scripted-');
});

test('after a lost connection no event is told twice', async () => {
  const { prompt, release } = createSlowPrompt({ listens: true });
  await using proxy = await startBreakableProxy(darkroom.url);
  const id = await submit(darkroom.as('nobody'), { prompt });
  const sequences: number[] = [];
  await followGeneration({
    url: proxy.url,
    id,
    signal: new AbortController().signal,
    onProgress({ sequence, step }) {
      sequences.push(sequence);
      if (step === 1) proxy.break();
    },
    onConnectionLost: release,
  });
  expect(sequences.filter((sequence) => sequence === 1)).toHaveLength(1);
  expect(sequences).toEqual(sequences.toSorted((one, other) => one - other));
});

test('a server that is gone is told in one line', async () => {
  const { prompt, release } = createSlowPrompt({ listens: true });
  const proxy = await startBreakableProxy(darkroom.url);
  const command = run(proxy.url, prompt);
  await command.says('Generating');
  await proxy[Symbol.asyncDispose]();
  const { code, stdout, stderr } = await command.ended;
  release();
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  const message = `The server at ${proxy.url} is gone. The generation may go on there.`;
  expect(stderr.split('\n').slice(-3)).toEqual(['Reconnecting …', message, '']);
});
