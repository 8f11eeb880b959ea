import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Client, createTestClient } from '../../support/client.ts';
import { type FleetProcessOptions, reachedLine } from './fleet-process-options.ts';

/** One process of a fleet. */
export interface Member extends AsyncDisposable {
  readonly role: FleetProcessOptions['role'];
  /** Empty for a worker. Stays the same when it is started again. */
  readonly url: string;
  as(user: 'alice' | 'bob'): Client;
  /** Resolves when the armed crash point is reached. */
  readonly reached: Promise<void>;
  /** Resolves to when it ended, by the clock of `performance`. */
  readonly ended: Promise<number>;
  readonly pid: number;
  readonly isAlive: boolean;
  readonly exitCode: number | null;
  signal(signal: NodeJS.Signals): void;
  /** Sends the signal and waits for the end; resolves to how long that took. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number>;
}

export interface MemberOptions extends FleetProcessOptions {
  readonly environment: Readonly<Record<string, string>>;
  /** In place of the script that knows users and crash points. */
  readonly program?: string;
}

const usualProgram = fileURLToPath(new URL('fleet-process.ts', import.meta.url));
/** The program that people start. */
export const mainProgram = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

/** Resolves when it is ready. Throws when it ends instead. */
export async function startMember({ environment, program = usualProgram, ...options }: MemberOptions): Promise<Member> {
  const { role } = options;
  const given = program === usualProgram ? [JSON.stringify(options)] : ['--role', role];
  const child = fork(program, given, {
    env: { ...process.env, ...environment },
    // Not those of the test runner.
    execArgv: [],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(() => performance.now());
  const reached = Promise.withResolvers<void>();
  createInterface({ input: child.stdout ?? process.stdin }).on('line', (line) => {
    if (line === reachedLine) reached.resolve();
  });
  const url = await Promise.race([untilReady(child), ended.then(() => failToStart(child, role))]);
  return {
    role,
    url,
    as: (user) => createTestClient({ url: `${url}/graphql`, headers: { authorization: `Test ${user}` } }),
    reached: reached.promise,
    pid: child.pid ?? 0,
    ended,
    get isAlive() {
      return child.exitCode === null && child.signalCode === null;
    },
    get exitCode() {
      return child.exitCode;
    },
    signal: (signal) => void child.kill(signal),
    async end(signal) {
      const from = performance.now();
      child.kill(signal);
      return (await ended) - from;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function untilReady(child: ChildProcess): Promise<string> {
  const [message] = await once(child, 'message');
  return (message as { url?: string }).url ?? '';
}

function failToStart(child: ChildProcess, role: string): never {
  throw new Error(`The ${role} ended with ${child.exitCode ?? child.signalCode} before it was ready.`);
}
