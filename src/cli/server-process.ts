import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CliError } from './cli-error.ts';

/** A server of our own. Disposing of it stops it. */
export interface ServerProcess extends AsyncDisposable {
  readonly url: string;
  /** Aborts with a `CliError` when it ends before it is asked to. */
  readonly stopped: AbortSignal;
}

export interface StartOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly interrupted: AbortSignal;
  /** Called before the wait for its end. */
  readonly onStopping: () => void;
}

const program = fileURLToPath(new URL('../main.ts', import.meta.url));
const stopMilliseconds = 15_000;
const keptCharacters = 8_000;

/** Resolves when it answers. Throws `CliError` with what it said when it does not start, and the signal's reason. */
export async function startServerProcess(options: StartOptions): Promise<ServerProcess> {
  const { environment, interrupted, onStopping } = options;
  // In a group of its own: Ctrl-C in the terminal must reach us alone, who still have something to cancel there.
  const child = fork(program, { env: environment, detached: true, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const words = keepLastWords(child);
  const stopped = new AbortController();
  const closed = Promise.withResolvers<void>();
  const end = () => {
    stopped.abort(new CliError(`The server stopped.\n${words()}`.trimEnd()));
    closed.resolve();
  };
  child.once('error', end).once('close', end);
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => {
    if (!stopped.signal.aborted) onStopping();
    await stop(child, closed.promise);
  });
  const url = await waitForUrl(child, [interrupted, stopped.signal]).catch((cause: Error) => {
    if (interrupted.aborted) throw cause;
    throw new CliError(`Darkroom does not start.\n${words()}\nA server that runs elsewhere is used with --url.`, {
      cause,
    });
  });
  const owned = stack.move();
  return { url, stopped: stopped.signal, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function keepLastWords(child: ChildProcess): () => string {
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = `${words}${text}`.slice(-keptCharacters);
  });
  return () => words.trim();
}

/** It tells over IPC where it answers. Throws the reason of the first signal that aborts. */
async function waitForUrl(child: ChildProcess, signals: readonly AbortSignal[]): Promise<string> {
  const ready = Promise.withResolvers<string>();
  const signal = AbortSignal.any([...signals]);
  const leave = () => ready.reject(signal.reason);
  signal.addEventListener('abort', leave);
  if (signal.aborted) leave();
  child.on('message', (message: { readonly url?: string }) => {
    if (message.url !== undefined) ready.resolve(message.url);
  });
  return ready.promise.finally(() => signal.removeEventListener('abort', leave));
}

async function stop(child: ChildProcess, closed: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMilliseconds);
  await closed;
  clearTimeout(timer);
}
