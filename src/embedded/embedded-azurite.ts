import type { ChildProcess } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { StartError } from '../domain/start-error.ts';
import type { Logger } from '../log.ts';
import { type StopSignals, startProgram, stopChild } from './child-process.ts';

export interface EmbeddedAzurite extends AsyncDisposable {
  readonly connectionString: string;
  readonly port: number;
}

export interface EmbeddedAzuriteOptions {
  /** Where it keeps the blobs. Created when it is missing. */
  readonly directory: string;
  readonly log?: Pick<Logger, 'error'>;
}

export const azuriteStopSignals: StopSignals = { first: 'SIGTERM', last: 'SIGKILL', patienceMilliseconds: 10_000 };

const startMilliseconds = 30_000;

/** Starts Azurite on a free port of the loopback interface. Throws `StartError` when it does not come up. */
export async function startEmbeddedAzurite(options: EmbeddedAzuriteOptions): Promise<EmbeddedAzurite> {
  requireInstalled();
  const directory = resolve(options.directory);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const program = { command: process.execPath, arguments: azuriteArguments(directory) };
  const child = startProgram(program, ['pipe', 'pipe', 'pipe']);
  try {
    await writeFile(azuritePidFile(directory), `${child.pid}\n`);
    const port = await portOf(child);
    const reportEnd = () => options.log?.error({ directory }, 'the embedded Azurite ended by itself');
    child.once('exit', reportEnd);
    return {
      port,
      connectionString: connectionString(port),
      async [Symbol.asyncDispose]() {
        child.off('exit', reportEnd);
        await stopChild(child, azuriteStopSignals);
      },
    };
  } catch (error) {
    await stopChild(child, azuriteStopSignals);
    throw error;
  }
}

export function azuritePidFile(directory: string): string {
  return join(directory, 'azurite.pid');
}

function requireInstalled(): void {
  try {
    createRequire(import.meta.url).resolve('azurite/package.json');
  } catch (cause) {
    throw new StartError(
      'Azurite is not installed (it is a development dependency). Set AZURE_STORAGE_CONNECTION_STRING to a storage ' +
        'account or an Azurite of your own, or run “npm ci” without --omit=dev.',
      { cause },
    );
  }
}

function azuriteArguments(directory: string): readonly string[] {
  const entry = fileURLToPath(new URL('azurite-process.ts', import.meta.url));
  const address = ['--blobHost', '127.0.0.1', '--blobPort', '0'];
  return [entry, ...address, '--location', directory, '--silent', '--skipApiVersionCheck', '--disableTelemetry'];
}

/** With port 0 the system picks a free one, and Azurite prints it: no race with others who look for a port. */
async function portOf(child: ChildProcess): Promise<number> {
  const lines: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const fail = (reason: string) => reject(new StartError([`Azurite did not start: ${reason}.`, ...lines].join('\n')));
  const timer = setTimeout(() => fail(`no answer in ${startMilliseconds / 1000} s`), startMilliseconds);
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > 10) lines.shift();
      const port = /listens on http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  }
  child.once('error', (error) => fail(error.message));
  child.once('exit', (code, signal) => fail(`it ended with ${signal ?? code}`));
  return promise.finally(() => clearTimeout(timer));
}

// The account and key that every Azurite has: public, and good for nothing else.
const developmentAccount = 'devstoreaccount1';
const developmentKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

function connectionString(port: number): string {
  return [
    'DefaultEndpointsProtocol=http',
    `AccountName=${developmentAccount}`,
    `AccountKey=${developmentKey}`,
    `BlobEndpoint=http://127.0.0.1:${port}/${developmentAccount}`,
  ].join(';');
}
