import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, createTestClient } from '../support/client.ts';

export interface ServerProcessOptions {
  /** All that it gets, but for a free port and little in the log. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where it is started, and where a `.env` file would be read. */
  readonly directory: string;
  readonly arguments?: readonly string[];
}

/** `node src/main.ts` as a process of its own. Killed when it is disposed of. */
export interface ServerProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  /** Everything that it wrote so far. */
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves to its exit code, or to the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Resolves when it says that it is ready. Throws with what it wrote when it ends before. */
  readonly ready: Promise<void>;
  /** Where it answers. Only when it is ready. */
  readonly url: string;
  readonly client: Client;
}

/** Where the tools are: git, and what PostgreSQL needs to start as root. */
export const toolPath = `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export function startServerProcess(options: ServerProcessOptions): ServerProcess {
  // With a channel to this process: when a test times out, the server ends with the process of the test.
  const child = fork(main, options.arguments ?? [], {
    cwd: options.directory,
    env: { PATH: toolPath, PORT: '0', LOG_LEVEL: 'warn', ...options.environment },
    execArgv: [],
    silent: true,
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  // After `close` nothing more is written.
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal);
  const endedEarly = ended.then((end) => {
    throw new Error(`The server ended with ${end}.\n${output.stdout}${output.stderr}`);
  });
  const ready = Promise.race([once(child, 'message').then(() => undefined), endedEarly]);
  // Whoever waits for the end alone does not care.
  ready.catch(() => undefined);
  return {
    child,
    ended,
    ready,
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
    get url() {
      return /GraphQL +(http:\S+)\/graphql /.exec(output.stdout)?.[1] ?? '';
    },
    get client() {
      return createTestClient({ url: `${this.url}/graphql`, headers: {} });
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
