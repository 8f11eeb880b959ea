import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '../domain/start-error.ts';
import { hasExited, type Program, startProgram, stopChild } from './child-process.ts';
import type { RunAs } from './postgres-account.ts';
import type { ClusterOptions } from './postgres-cluster.ts';

export interface ServerOptions extends ClusterOptions {
  readonly runAs: RunAs;
}

export interface PostgresServer {
  readonly child: ChildProcess;
  readonly port: number;
}

const attempts = 5;
// Recovery after a crash reads the whole log since the last checkpoint.
const startMilliseconds = 120_000;

export function postmasterPidFile(directory: string): string {
  return join(directory, 'postmaster.pid');
}

export async function startPostgresServer(options: ServerOptions): Promise<PostgresServer> {
  const logFile = `${options.directory}.log`;
  for (let attempt = 1; ; attempt++) {
    const port = await findFreePort();
    const child = await spawnServer(options, { port, logFile });
    if (await becomesReady(child, options.directory)) return { child, port };
    await stopChild(child, { first: 'SIGINT', last: 'SIGKILL', patienceMilliseconds: 5_000 });
    const output = (await readFile(logFile, 'utf8')).trim();
    // Somebody took the port in between, or the last backends of a killed server are still ending.
    if (attempt < attempts && /already in use|still in use/.test(output)) {
      await delay(100 * attempt);
      continue;
    }
    throw new StartError(
      `PostgreSQL did not start in ${options.directory}:\n${output.split('\n').slice(-10).join('\n')}`,
    );
  }
}

async function spawnServer(
  { binaries, directory, durability, runAs }: ServerOptions,
  { port, logFile }: { readonly port: number; readonly logFile: string },
): Promise<ChildProcess> {
  const settings = { ...keptSettings, ...(durability === 'throwaway' ? throwawaySettings : {}), port: String(port) };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const program = runAs(endingWithParent({ command: binaries.postgres, arguments: ['-D', directory, ...flags] }));
  await using log = await open(logFile, 'w', 0o600);
  return startProgram(program, ['ignore', log.fd, log.fd]);
}

const keptSettings = {
  listen_addresses: '127.0.0.1',
  // A socket's path may have 107 bytes, and its directory must be writable: the loopback interface is enough.
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '128MB',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  log_checkpoints: 'off',
};

const throwawaySettings = {
  fsync: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
};

/** Where Linux offers it, a server whose parent was killed stops by itself. Elsewhere the next start stops it. */
function endingWithParent(program: Program): Program {
  const setpriv = '/usr/bin/setpriv';
  if (process.platform !== 'linux' || !existsSync(setpriv)) return program;
  return { ...program, command: setpriv, arguments: ['--pdeathsig', 'INT', program.command, ...program.arguments] };
}

/** Resolves to whether it accepts connections; false when it ended or took too long. */
async function becomesReady(child: ChildProcess, directory: string): Promise<boolean> {
  let failed = false;
  child.once('error', () => {
    failed = true;
  });
  const deadline = Date.now() + startMilliseconds;
  while (Date.now() < deadline && !failed && !hasExited(child)) {
    const lines = (await readFile(postmasterPidFile(directory), 'utf8').catch(() => '')).split('\n');
    // The file of a killed server may still be there, with the word ready in it.
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return true;
    await delay(10);
  }
  return false;
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    server.close(() =>
      typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
    );
  });
  return promise;
}
