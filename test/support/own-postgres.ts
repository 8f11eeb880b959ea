import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/embedded/embedded-postgres.ts';
import { postmasterPidFile } from '../../src/embedded/postgres-server.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

/** A PostgreSQL that a test can stop and start again, under an address that stays. */
export interface OwnPostgres extends AsyncDisposable {
  /** Of an empty database, through the proxy. */
  readonly url: string;
  readonly proxy: FaultProxy;
  /** As `pg_ctl stop -m immediate` does it: a crash. Resolves when it is gone. */
  crash(): Promise<void>;
  /** As `pg_ctl stop -m fast` does it. */
  stop(): Promise<void>;
  /** Resolves when it answers again. */
  start(): Promise<void>;
}

export async function startOwnPostgres(): Promise<OwnPostgres> {
  await using stack = new AsyncDisposableStack();
  const parent = await mkdtemp(join(tmpdir(), 'darkroom-own-postgres-'));
  stack.defer(() => rm(parent, { recursive: true, force: true }));
  const directory = join(parent, 'postgres');
  const begin = () => startEmbeddedPostgres({ directory, durability: 'throwaway' });
  let server: EmbeddedPostgres | undefined = await begin();
  stack.defer(async () => server?.[Symbol.asyncDispose]());
  const proxy = stack.use(await startFaultProxy(server.url));
  const end = async (signal: 'SIGQUIT' | 'SIGINT') => {
    process.kill(await readPid(directory), signal);
    await server?.[Symbol.asyncDispose]();
    server = undefined;
  };
  const resources = stack.move();
  return {
    url: proxy.url,
    proxy,
    crash: () => end('SIGQUIT'),
    stop: () => end('SIGINT'),
    async start() {
      server = await begin();
      proxy.redirect(server.url);
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function readPid(directory: string): Promise<number> {
  return Number((await readFile(postmasterPidFile(directory), 'utf8')).split('\n')[0]);
}
