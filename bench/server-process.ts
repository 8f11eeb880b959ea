import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Role } from '../src/app.ts';
import { type MemoryWatch, readChildrenMilliseconds, readTreeResident, watchTreeResident } from './process-tree.ts';
import type { Workspace } from './services.ts';
import type { Vendor } from './vendor.ts';

export type ServerQuestion = 'usage' | 'announcements';

/** What a server process says over IPC. */
export interface ServerAnswer {
  readonly url?: string | undefined;
  readonly usage?: Usage;
  readonly announcements?: readonly Announcement[];
}

export interface Usage {
  readonly processorMilliseconds: number;
  readonly residentBytes: number;
}

/** When a painter told a step, on the machine's clock. */
export interface Announcement {
  readonly prompt: string;
  readonly step: number;
  readonly at: number;
}

export interface ServerProcess extends AsyncDisposable {
  /** Of the GraphQL endpoint; meaningless for a worker. */
  readonly url: string;
  /** The processor time is also that of the processes it started. */
  usage(): Promise<Usage>;
  /** What it and the processes that it started hold, in bytes. */
  resident(): Promise<number>;
  watchMemory(): MemoryWatch;
  /** Those since the last question. */
  announcements(): Promise<readonly Announcement[]>;
}

export interface ServerOptions {
  readonly workspace: Workspace;
  readonly role: Role;
  readonly painter?: 'blank' | 'stepping';
  /** In place of a painter. */
  readonly vendor?: Pick<Vendor, 'environment'>;
  readonly concurrency?: number;
  /** More of it. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** As `npm run start:worker` has them: V8 would let the heap grow to twice what is in it before it looks for what can go. */
const workerFlags = ['--max-semi-space-size=8', '--heap-growing-percent=40'] as const;

/** Starts bench/server.ts and waits until it is ready. */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const { workspace, role, painter = 'blank', vendor, concurrency } = options;
  const child = startProcess(new URL('server.ts', import.meta.url), {
    flags: role === 'worker' ? workerFlags : [],
    arguments: ['--role', role, '--painter', vendor === undefined ? painter : 'configured'],
    environment: {
      PORT: '0',
      LOG_LEVEL: 'warn',
      // As the Docker image has it, and docs/operations.md advises.
      MALLOC_ARENA_MAX: '2',
      MALLOC_MMAP_THRESHOLD_: '1048576',
      DATABASE_URL: workspace.databaseUrl,
      AZURE_STORAGE_CONNECTION_STRING: workspace.storageConnectionString,
      AZURE_STORAGE_CONTAINER: workspace.containerName,
      ...vendor?.environment,
      ...options.environment,
      ...(concurrency === undefined ? {} : { WORKER_CONCURRENCY: String(concurrency) }),
    },
  });
  const { url } = await nextMessage<ServerAnswer>(child);
  const { pid = 0 } = child;
  const ask = (question: ServerQuestion) => {
    child.send(question);
    return nextMessage<ServerAnswer>(child);
  };
  return {
    url: `${url}/graphql`,
    async usage() {
      const { usage } = await ask('usage');
      if (usage === undefined) throw new Error('The server did not tell its usage.');
      const processorMilliseconds = usage.processorMilliseconds + (await readChildrenMilliseconds(pid));
      return { ...usage, processorMilliseconds };
    },
    resident: () => readTreeResident(pid),
    watchMemory: () => watchTreeResident(pid),
    announcements: async () => (await ask('announcements')).announcements ?? [],
    [Symbol.asyncDispose]: () => stopProcess(child),
  };
}

export interface ProcessOptions {
  /** For Node itself. */
  readonly flags?: readonly string[];
  readonly arguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** A Node process that speaks over IPC and stops when that ends. */
export function startProcess(
  file: URL,
  { flags = [], arguments: list = [], environment = {} }: ProcessOptions,
): ChildProcess {
  // biome-ignore lint/style/noProcessEnv: what the child is told comes on top of where programs and libraries are
  const env = { ...process.env, ...environment };
  return fork(fileURLToPath(file), [...list], {
    env,
    execArgv: [...flags],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

/** Throws when the process ends without one. */
export async function nextMessage<Message>(child: ChildProcess): Promise<Message> {
  const left = new AbortController();
  const { signal } = left;
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`${child.spawnargs.slice(1).join(' ')} ended with ${code}.`);
  });
  try {
    const [message] = await Promise.race([once(child, 'message', { signal }), ended]);
    return message;
  } finally {
    ended.catch(() => undefined);
    left.abort();
  }
}

export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  if (child.connected) child.disconnect();
  await exit;
}
