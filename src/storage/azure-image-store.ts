import type { BlobDownloadResponseParsed, ContainerClient } from '@azure/storage-blob';
import type { Clock } from '../domain/clock.ts';
import { openAzureAccount } from './azure-account.ts';
import { callAzure, hasStatus } from './azure-call.ts';
import { createAzureImageLinks } from './azure-image-links.ts';
import { listBlobs, walkBlobs } from './azure-listing.ts';
import { putBlob } from './azure-put.ts';
import type { ImageStore } from './image-store.ts';

interface Dependencies {
  /** With an account key, which signs the links; `UseDevelopmentStorage=true` for Azurite on its usual port. */
  readonly connectionString: string;
  readonly containerName: string;
  readonly clock: Clock;
}

const timeoutMilliseconds = 15_000;
const healthTimeoutMilliseconds = 2_000;
const readTimeoutMilliseconds = 60_000;
const removalsAtATime = 8;

/** Throws `StorageError` for a connection string that can't be used. */
export function createAzureImageStore({ connectionString, containerName, clock }: Dependencies): ImageStore {
  const account = openAzureAccount(connectionString);
  const container = account.service.getContainerClient(containerName);
  return {
    prepare: (options) => prepare(container, options?.signal),
    put: (image) => putBlob(container, image),
    read: (name, options) => read(container, name, options?.signal),
    list: (prefix, options) => listBlobs(container, prefix, options),
    walk: (prefix, options) => walkBlobs(container, prefix, options),
    remove: (names) => remove(container, names),
    link: createAzureImageLinks({ account, containerName, clock }),
    checkHealth: () => checkHealth(container),
  };
}

async function prepare(container: ContainerClient, signal?: AbortSignal): Promise<void> {
  const attempt = `Preparing the container "${container.containerName}"`;
  // Without `access` a container is private.
  await callAzure({ attempt, timeoutMilliseconds, signal }, (abortSignal) =>
    container.createIfNotExists({ abortSignal }),
  );
}

async function read(container: ContainerClient, name: string, signal?: AbortSignal): Promise<Uint8Array | undefined> {
  const attempt = `Reading the picture "${name}"`;
  return callAzure({ attempt, timeoutMilliseconds: readTimeoutMilliseconds, signal }, async (abortSignal) => {
    try {
      const answer = await container.getBlobClient(name).download(0, undefined, { abortSignal });
      return await readBody(answer);
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  });
}

/** Into its room as it comes: joined at the end, it would be held twice. */
async function readBody({ readableStreamBody, contentLength }: BlobDownloadResponseParsed): Promise<Uint8Array> {
  if (readableStreamBody === undefined || contentLength === undefined)
    throw new TypeError('A download without a body.');
  const bytes = Buffer.allocUnsafeSlow(contentLength);
  let filled = 0;
  for await (const chunk of readableStreamBody) filled += (chunk as Buffer).copy(bytes, filled);
  if (filled < contentLength) throw new Error('The download was cut off.');
  return bytes;
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
