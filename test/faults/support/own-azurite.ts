import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject } from 'vitest';
import { startProgram, stopChild } from '../../../src/embedded/child-process.ts';
import { findFreePort } from './free-port.ts';

/** An Azurite for one test alone, which can be stopped, and started again at the same address. */
export interface OwnAzurite extends AsyncDisposable {
  /** With http. */
  readonly url: string;
  /** Through this address, which may be a proxy's. */
  toConnectionString(url: string): string;
  /** Asks for an orderly end: a killed Azurite loses what it acknowledged in the last seconds. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

const entry = fileURLToPath(new URL('../../../src/embedded/azurite-process.ts', import.meta.url));
const options = ['--silent', '--skipApiVersionCheck', '--disableTelemetry'];

export async function startOwnAzurite(): Promise<OwnAzurite> {
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'darkroom-azurite-'));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const port = await findFreePort();
  const address = ['--blobHost', '127.0.0.1', '--blobPort', String(port), '--location', directory];
  const program = { command: process.execPath, arguments: [entry, ...address, ...options] };
  let child: ChildProcess | undefined;
  const start = async () => {
    child = startProgram(program, ['pipe', 'ignore', 'ignore']);
    await expect.poll(() => accepts(port), { timeout: 30_000 }).toBe(true);
  };
  stack.defer(async () => {
    if (child !== undefined)
      await stopChild(child, { first: 'SIGTERM', last: 'SIGKILL', patienceMilliseconds: 10_000 });
  });
  await start();
  const resources = stack.move();
  return {
    url: `http://127.0.0.1:${port}`,
    toConnectionString: (url) =>
      inject('storageConnectionString').replace(
        /BlobEndpoint=http:\/\/[^/]+/,
        `BlobEndpoint=${url.replace(/\/$/, '')}`,
      ),
    start,
    async stop() {
      if (child === undefined || child.exitCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
