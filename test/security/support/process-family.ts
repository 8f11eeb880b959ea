import { readFile } from 'node:fs/promises';

export interface FamilyMember {
  readonly pid: number;
  readonly commandLine: string;
  readonly environment: string;
}

/** The processes that a process has started, and those that they have, as Linux tells of them. */
export async function findChildren(pid: number): Promise<readonly FamilyMember[]> {
  const listed = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const pids = listed.trim().split(' ').filter(Boolean).map(Number);
  const members = await Promise.all(pids.map(async (child) => [await toMember(child), ...(await findChildren(child))]));
  return members.flat();
}

export async function toMember(pid: number): Promise<FamilyMember> {
  const [commandLine, environment] = await Promise.all([
    readFile(`/proc/${pid}/cmdline`, 'utf8'),
    readFile(`/proc/${pid}/environ`, 'utf8'),
  ]);
  return { pid, commandLine, environment };
}
