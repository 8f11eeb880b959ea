import { execFile } from 'node:child_process';
import { chown, readdir, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { StartError } from '../domain/start-error.ts';
import { readChildEnvironment } from './child-environment.ts';
import type { Program } from './child-process.ts';

const run = promisify(execFile);

/** Turns a program into the same program run by somebody PostgreSQL accepts: it refuses to run as root. */
export type RunAs = (program: Program) => Program;

interface Candidate {
  readonly runAs: RunAs;
  /** Who has to own the cluster's files; undefined: who owns them now. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

export interface PostgresAccountOptions {
  /** An existing cluster, or the empty directory for a new one. */
  readonly directory: string;
  readonly postgres: string;
}

/** Finds out as whom PostgreSQL can run here, and gives them the directory. Throws `StartError` when nobody can. */
export async function findPostgresAccount({ directory, postgres }: PostgresAccountOptions): Promise<RunAs> {
  if (process.getuid?.() !== 0) return (program) => program;
  for (const candidate of await findCandidates({ directory, postgres })) {
    if (candidate.owner !== undefined) await chown(directory, candidate.owner.uid, candidate.owner.gid);
    if (await canRun(candidate.runAs, { directory, postgres })) return candidate.runAs;
  }
  throw new StartError(
    `PostgreSQL does not run as root, and no other account can reach both ${directory} and ${postgres}. ` +
      'Start Darkroom as an ordinary user, move it to a directory that others may enter, or set DATABASE_URL.',
  );
}

async function findCandidates({ directory, postgres }: PostgresAccountOptions): Promise<readonly Candidate[]> {
  const [cluster, binary, files] = await Promise.all([stat(directory), stat(postgres), readdir(directory)]);
  // A cluster stays with the owner it was made for.
  if (files.length > 0) return [cluster.uid === 0 ? runInUserNamespace : runAsUser(cluster)];
  const fallbacks = [binary.uid === 0 ? undefined : binary, await findUser('postgres'), await findUser('nobody')];
  return [runInUserNamespace, ...fallbacks.filter((user) => user !== undefined).map(runAsUser)];
}

function runAsUser({ uid, gid }: { readonly uid: number; readonly gid: number }): Candidate {
  return { runAs: (program) => ({ ...program, uid, gid }), owner: { uid, gid } };
}

/**
 * The process sees itself as `nobody` and owns root's files nevertheless: works below /root, needs no account of its
 * own and changes no owner. Docker forbids it by default; an account has to do there.
 */
const runInUserNamespace: Candidate = {
  runAs: (program) => ({
    ...program,
    command: 'unshare',
    arguments: ['--user', '--map-user=65534', program.command, ...program.arguments],
  }),
};

async function findUser(name: string): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

async function canRun(runAs: RunAs, { directory, postgres }: PostgresAccountOptions): Promise<boolean> {
  const script = 'test -w "$0" && exec "$1" --version';
  const {
    command,
    arguments: list,
    uid,
    gid,
  } = runAs({ command: 'sh', arguments: ['-c', script, directory, postgres] });
  try {
    await run(command, [...list], {
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
      cwd: '/',
      env: readChildEnvironment(),
    });
    return true;
  } catch {
    return false;
  }
}
