import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { ContainerClient } from '@azure/storage-blob';
import type { Clock } from '../domain/clock.ts';
import { openAzureAccount } from './azure-account.ts';
import { callAzure, hasStatus } from './azure-call.ts';
import { createAzureImageLinks } from './azure-image-links.ts';
import type { ImageStore, ImageToStore, StoredImage } from './image-store.ts';
import { StorageError } from './storage-error.ts';

interface Dependencies {
  /** With an account key, which signs the links; `UseDevelopmentStorage=true` for Azurite on its usual port. */
  readonly connectionString: string;
  readonly containerName: string;
  readonly clock: Clock;
}

const timeoutMilliseconds = 15_000;
const healthTimeoutMilliseconds = 2_000;
/** The slowest line that a transfer is given time for. */
const bytesPerMillisecond = 100;
const readTimeoutMilliseconds = 60_000;
const removalsAtATime = 8;
// A name stands for the same bytes for ever.
const cacheControl = 'private, max-age=31536000, immutable';

/** Throws `StorageError` for a connection string that can't be used. */
export function createAzureImageStore({ connectionString, containerName, clock }: Dependencies): ImageStore {
  const account = openAzureAccount(connectionString);
  const container = account.service.getContainerClient(containerName);
  return {
    prepare: () => prepare(container),
    put: (image) => put(container, image),
    read: (name, options) => read(container, name, options?.signal),
    list: (prefix) => list(container, prefix),
    remove: (names) => remove(container, names),
    link: createAzureImageLinks({ account, containerName, clock }),
    checkHealth: () => checkHealth(container),
  };
}

async function prepare(container: ContainerClient): Promise<void> {
  const attempt = `Preparing the container "${container.containerName}"`;
  // Without `access` a container is private.
  await callAzure({ attempt, timeoutMilliseconds }, (abortSignal) => container.createIfNotExists({ abortSignal }));
}

async function put(container: ContainerClient, image: ImageToStore): Promise<void> {
  const { name, bytes, mediaType, metadata = {}, signal } = image;
  const attempt = `Storing the picture "${name}"`;
  const transferMilliseconds = timeoutMilliseconds + Math.ceil(bytes.byteLength / bytesPerMillisecond);
  await callAzure({ attempt, timeoutMilliseconds: transferMilliseconds, signal }, async (abortSignal) => {
    const client = container.getBlockBlobClient(name);
    try {
      await client.upload(toBuffer(bytes), bytes.byteLength, {
        abortSignal,
        blobHTTPHeaders: { blobContentType: mediaType, blobCacheControl: cacheControl },
        conditions: { ifNoneMatch: '*' },
        metadata,
      });
    } catch (error) {
      // Azurite answers 409, Azure 409 or 412. Also seen when a try whose answer was lost had succeeded.
      if (!hasStatus(error, 409, 412)) throw error;
      const stored = await client.getProperties({ abortSignal });
      if (isSame(bytes, stored)) return;
      throw new StorageError(`${attempt} failed: other bytes have this name.`, { retryable: false, cause: error });
    }
  });
}

function isSame(bytes: Uint8Array, stored: { contentLength?: number; contentMD5?: Uint8Array }): boolean {
  if (stored.contentLength !== bytes.byteLength || stored.contentMD5 === undefined) return false;
  return createHash('md5').update(bytes).digest().equals(stored.contentMD5);
}

async function read(container: ContainerClient, name: string, signal?: AbortSignal): Promise<Uint8Array | undefined> {
  const attempt = `Reading the picture "${name}"`;
  return callAzure({ attempt, timeoutMilliseconds: readTimeoutMilliseconds, signal }, async (abortSignal) => {
    try {
      const { readableStreamBody } = await container.getBlobClient(name).download(0, undefined, { abortSignal });
      if (readableStreamBody === undefined) throw new TypeError('A download without a body.');
      return await buffer(readableStreamBody);
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  });
}

async function list(container: ContainerClient, prefix: string): Promise<readonly StoredImage[]> {
  const attempt = `Listing the pictures below "${prefix}"`;
  return callAzure({ attempt, timeoutMilliseconds }, async (abortSignal) => {
    const images: StoredImage[] = [];
    for await (const { name, properties, metadata } of container.listBlobsFlat({
      abortSignal,
      prefix,
      includeMetadata: true,
    })) {
      images.push({
        name,
        sizeBytes: properties.contentLength ?? 0,
        mediaType: properties.contentType ?? 'application/octet-stream',
        metadata: metadata ?? {},
      });
    }
    return images;
  });
}

async function remove(container: ContainerClient, names: Iterable<string>): Promise<void> {
  const remaining = names[Symbol.iterator]();
  const removeRest = async () => {
    for (let next = remaining.next(); !next.done; next = remaining.next()) await removeOne(container, next.value);
  };
  await Promise.all(Array.from({ length: removalsAtATime }, removeRest));
}

async function removeOne(container: ContainerClient, name: string): Promise<void> {
  const attempt = `Removing the picture "${name}"`;
  await callAzure({ attempt, timeoutMilliseconds }, (abortSignal) =>
    container.getBlobClient(name).deleteIfExists({ abortSignal, deleteSnapshots: 'include' }),
  );
}

async function checkHealth(container: ContainerClient): Promise<void> {
  const attempt = 'Asking whether the picture store is there';
  await callAzure({ attempt, timeoutMilliseconds: healthTimeoutMilliseconds }, (abortSignal) =>
    container.getProperties({ abortSignal }),
  );
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
