import type { ContainerClient } from '@azure/storage-blob';
import type { Clock } from '../domain/clock.ts';
import { openAzureAccount } from './azure-account.ts';
import { callAzure } from './azure-call.ts';
import { createAzureImageLinks } from './azure-image-links.ts';
import { listBlobs, walkBlobs } from './azure-listing.ts';
import { putBlob } from './azure-put.ts';
import { putStream } from './azure-put-stream.ts';
import { findBlob, readBlob, streamBlob } from './azure-reading.ts';
import type { ImageStore } from './image-store.ts';

interface Dependencies {
  /** With an account key, which signs the links; `UseDevelopmentStorage=true` for Azurite on its usual port. */
  readonly connectionString: string;
  readonly containerName: string;
  readonly clock: Clock;
}

const timeoutMilliseconds = 15_000;
const healthTimeoutMilliseconds = 2_000;
const removalsAtATime = 8;

/** Throws `StorageError` for a connection string that can't be used. */
export function createAzureImageStore({ connectionString, containerName, clock }: Dependencies): ImageStore {
  const account = openAzureAccount(connectionString);
  const container = account.service.getContainerClient(containerName);
  return {
    prepare: (options) => prepare(container, options?.signal),
    put: (image) => putBlob(container, image),
    putStream: (stream) => putStream(container, stream),
    read: (name, options) => readBlob(container, name, options),
    find: (name, options) => findBlob(container, name, options),
    stream: (name, options) => streamBlob(container, name, options),
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
