import { spawn } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { StartError } from '../../src/domain/start-error.ts';
import { openDataDirectory } from '../../src/embedded/data-directory.ts';
import { startEmbeddedAzurite } from '../../src/embedded/embedded-azurite.ts';
import { startEmbeddedPostgres } from '../../src/embedded/embedded-postgres.ts';
import { createTemporaryDirectory, findProcesses, startOwner } from './owner.ts';

test('a directory that is missing is made, and is free again after it was given up', async () => {
  await using temporary = await createTemporaryDirectory();
  const path = join(temporary.path, 'a', 'b');
  for (const _ of [1, 2]) {
    await using directory = await openDataDirectory(path);
    expect(directory.path).toBe(path);
  }
});

// A path below a file: not even root can make that.
test('a path that cannot be written is refused with the path and the reason', async () => {
  const opening = openDataDirectory('/dev/null/x');
  await expect(opening).rejects.toBeInstanceOf(StartError);
  await expect(opening).rejects.toThrow(/data directory \/dev\/null\/x cannot be written: ENOTDIR.* Set DATA_DIR/);
});

test('a second owner is refused and told who has it', async () => {
  await using temporary = await createTemporaryDirectory();
  await using owner = await startOwner(temporary.path, 'lock-only');
  const opening = openDataDirectory(temporary.path);
  await expect(opening).rejects.toBeInstanceOf(StartError);
  await expect(opening).rejects.toThrow(`is in use by process ${owner.child.pid}.`);
});

test('of five that start at once exactly one gets it, also when the last owner was killed', async () => {
  await using temporary = await createTemporaryDirectory();
  for (const _ of ['first owner', 'after a kill']) {
    await using stack = new AsyncDisposableStack();
    const starts = Array.from({ length: 5 }, () => startOwner(temporary.path, 'lock-only'));
    const owners = (await Promise.all(starts)).map((owner) => stack.use(owner));
    expect(owners.filter(({ report }) => report.ready)).toHaveLength(1);
    expect(owners.filter(({ report }) => report.error?.includes('StartError: '))).toHaveLength(4);
    await owners.find(({ report }) => report.ready)?.end('SIGKILL');
  }
});

test('a pid file that names somebody else’s process, as after a restart of the machine, harms neither', async () => {
  await using temporary = await createTemporaryDirectory();
  const bystander = spawn('sleep', ['60']);
  onTestFinished(() => void bystander.kill('SIGKILL'));
  await writeFile(join(temporary.path, 'owner.pid'), `${bystander.pid}\n`);
  for (const [service, file] of [
    ['postgres', 'postmaster.pid'],
    ['azurite', 'azurite.pid'],
  ] as const) {
    await mkdir(join(temporary.path, service));
    await writeFile(join(temporary.path, service, file), `${bystander.pid}\n`);
  }
  await using _directory = await openDataDirectory(temporary.path);
  expect(await readFile(join(temporary.path, 'owner.pid'), 'utf8')).toBe(`${process.pid}\n`);
  process.kill(bystander.pid ?? 0, 0);
  expect([bystander.exitCode, bystander.signalCode]).toEqual([null, null]);
});

test('a PostgreSQL and an Azurite that were left running are stopped first', async () => {
  await using temporary = await createTemporaryDirectory();
  await using _postgres = await startEmbeddedPostgres({
    directory: join(temporary.path, 'postgres'),
    durability: 'throwaway',
  });
  await using _azurite = await startEmbeddedAzurite({ directory: join(temporary.path, 'azurite') });
  const link = join(temporary.path, 'link');
  await symlink(temporary.path, link);
  await using directory = await openDataDirectory(link);
  expect(await findProcesses(temporary.path)).toEqual([]);
  await using postgres = await startEmbeddedPostgres({ directory: directory.postgres });
  expect(postgres.url).toContain('127.0.0.1');
});
