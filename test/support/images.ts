import type { Clock } from '../../src/domain/clock.ts';
import { decodeKey } from '../../src/graphql/global-ids.ts';
import { createAzureImageStore } from '../../src/storage/azure-image-store.ts';
import { originalName } from '../../src/storage/blob-names.ts';
import type { ImageStore } from '../../src/storage/image-store.ts';
import { blankPicture } from './blank-provider.ts';
import type { TestConfig } from './test-config.ts';

type Storage = Pick<TestConfig, 'AZURE_STORAGE_CONNECTION_STRING' | 'AZURE_STORAGE_CONTAINER'>;

/** The pictures of a Darkroom, past it. */
export function openImages(
  { AZURE_STORAGE_CONNECTION_STRING: connectionString = '', AZURE_STORAGE_CONTAINER: containerName }: Storage,
  clock: Clock = { now: Date.now },
): ImageStore {
  return createAzureImageStore({ connectionString, containerName, clock });
}

/** What a worker leaves that is killed between storing the bytes of its first attempt and writing the row. */
export async function leaveOriginal(config: Storage, id: string, position: number): Promise<void> {
  const name = originalName({ generationId: decodeKey(id, 'Generation'), attempt: 1, position });
  await openImages(config).put({ name, bytes: await blankPicture(64, 64), mediaType: 'image/png' });
}
