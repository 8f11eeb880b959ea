import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { expect, test } from 'vitest';
import { StartError } from '../../src/domain/start-error.ts';
import { startEmbeddedAzurite } from '../../src/embedded/embedded-azurite.ts';
import { createTemporaryDirectory, findProcesses } from './owner.ts';

test('what was uploaded is there after a restart, and nothing keeps running after a stop', async () => {
  await using temporary = await createTemporaryDirectory();
  const directory = join(temporary.path, 'azurite');
  {
    await using azurite = await startEmbeddedAzurite({ directory });
    const container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient('kept');
    await container.create();
    await container.getBlockBlobClient('picture').upload('bytes', 5);
  }
  expect(await findProcesses(directory)).toEqual([]);
  await using azurite = await startEmbeddedAzurite({ directory });
  const container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient('kept');
  expect((await container.getBlockBlobClient('picture').downloadToBuffer()).toString()).toBe('bytes');
});

test('a directory that it cannot use is a clear failure', async () => {
  await using temporary = await createTemporaryDirectory();
  const directory = join(temporary.path, 'azurite');
  await (await startEmbeddedAzurite({ directory }))[Symbol.asyncDispose]();
  await writeFile(join(directory, '__azurite_db_blob__.json'), 'no JSON');
  await expect(startEmbeddedAzurite({ directory })).rejects.toBeInstanceOf(StartError);
});
