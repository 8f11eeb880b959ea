import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readChildEnvironment } from '../../src/embedded/child-environment.ts';
import { startEmbeddedAzurite } from '../../src/embedded/embedded-azurite.ts';
import { startEmbeddedPostgres } from '../../src/embedded/embedded-postgres.ts';
import { createTemporaryDirectory, findProcesses } from './owner.ts';

beforeEach(() => {
  for (const name of ['OPENAI_API_KEY', 'DATABASE_URL', 'NODE_OPTIONS']) vi.stubEnv(name, '--title=opal-7781-canary');
  vi.stubEnv('TZ', 'Pacific/Auckland');
});
afterEach(() => void vi.unstubAllEnvs());

/** What each process that works on the directory was started with. */
async function readEnvironments(directory: string): Promise<readonly string[]> {
  const ids = await findProcesses(directory);
  return Promise.all(ids.map((id) => readFile(`/proc/${id}/environ`, 'utf8')));
}

test('a program sees where things are, and nothing else of our environment', () => {
  expect(readChildEnvironment()).toMatchObject({ PATH: expect.stringContaining('/'), TZ: 'Pacific/Auckland' });
  expect(JSON.stringify(readChildEnvironment())).not.toContain('canary');
});

describe.runIf(process.platform === 'linux')('what we start knows none of our secrets', () => {
  test('PostgreSQL', async () => {
    await using temporary = await createTemporaryDirectory();
    const directory = join(temporary.path, 'postgres');
    await using _postgres = await startEmbeddedPostgres({ directory, durability: 'throwaway' });
    const environments = await readEnvironments(directory);
    expect(environments.join()).toContain('TZ=Pacific/Auckland');
    expect(environments.join()).not.toContain('canary');
  });

  test('Azurite', async () => {
    await using temporary = await createTemporaryDirectory();
    const directory = join(temporary.path, 'azurite');
    await using _azurite = await startEmbeddedAzurite({ directory });
    const environments = await readEnvironments(directory);
    expect(environments.join()).toContain('TZ=Pacific/Auckland');
    expect(environments.join()).not.toContain('canary');
  });
});
