import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface CliEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One run of the command as a child process. */
export interface CliRun {
  readonly ended: Promise<CliEnd>;
  /** Resolves when standard error holds the text. Throws when the run ends without it. */
  says(text: string): Promise<void>;
  signal(name: NodeJS.Signals): void;
}

export interface CliOptions {
  readonly directory: string;
  /** All that it gets. Default: that no server is looked for. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Default: that of `npm run generate`. */
  readonly folder?: 'cli' | 'keys';
}

// Where the tools are that PostgreSQL may need to start as root.
const path = `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
export function runCli(args: readonly string[], { directory, environment = {}, folder = 'cli' }: CliOptions): CliRun {
  const program = fileURLToPath(new URL(`../../src/${folder}/main.ts`, import.meta.url));
  const child = spawn(process.execPath, [program, ...args], {
    cwd: directory,
    env: { PATH: path, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = Promise.withResolvers<CliEnd>();
  child.once('error', ended.reject);
  child.once('close', (code) => ended.resolve({ code, stdout, stderr }));
  const says = async (text: string) => {
    const heard = Promise.withResolvers<void>();
    const listen = () => {
      if (stderr.includes(text)) heard.resolve();
    };
    child.stderr.on('data', listen);
    child.once('close', () => heard.reject(new Error(`it ended without “${text}”:\n${stderr}`)));
    listen();
    await heard.promise.finally(() => child.stderr.off('data', listen));
  };
  return { ended: ended.promise, says, signal: (name) => void child.kill(name) };
}
