import { hash } from 'node:crypto';
import type { BlockBlobClient, ContainerClient } from '@azure/storage-blob';
import { callAzure, hasStatus } from './azure-call.ts';
import type { ImageToStore } from './image-store.ts';
import { StorageError } from './storage-error.ts';

const timeoutMilliseconds = 15_000;
/** The slowest line that a transfer is given time for. */
const bytesPerMillisecond = 100;
// A name stands for the same bytes for ever.
const cacheControl = 'private, max-age=31536000, immutable';

/** As `ImageStore.put`. Bytes that arrive damaged are sent once more. */
export async function putBlob(container: ContainerClient, image: ImageToStore): Promise<void> {
  try {
    await send(container, image);
  } catch (error) {
    if (!(error instanceof StorageError && error.fault === 'DAMAGED')) throw error;
    await send(container, image);
  }
}

async function send(container: ContainerClient, image: ImageToStore): Promise<void> {
  const { name, bytes, signal } = image;
  const attempt = `Storing the picture "${name}"`;
  const transferMilliseconds = timeoutMilliseconds + Math.ceil(bytes.byteLength / bytesPerMillisecond);
  const md5 = hash('md5', bytes, 'buffer');
  await callAzure({ attempt, timeoutMilliseconds: transferMilliseconds, signal }, async (abortSignal) => {
    const client = container.getBlockBlobClient(name);
    try {
      const answer = await upload(client, { image, md5, abortSignal });
      await verify(client, { md5, answer, attempt, abortSignal });
    } catch (error) {
      // Azurite answers 409, Azure 409 or 412. Also seen when a try whose answer was lost had succeeded.
      if (!hasStatus(error, 409, 412) || isContainerBeingDeleted(error)) throw error;
      const { contentLength, contentMD5 } = await client.getProperties({ abortSignal });
      if (contentLength === bytes.byteLength && contentMD5 !== undefined && md5.equals(contentMD5)) return;
      throw new StorageError(`${attempt} failed: other bytes have this name.`, { fault: 'OTHER', cause: error });
    }
  });
}

function isContainerBeingDeleted(error: unknown): boolean {
  return (error as { readonly code?: unknown }).code === 'ContainerBeingDeleted';
}

interface Upload {
  readonly image: ImageToStore;
  readonly md5: Buffer;
  readonly abortSignal: AbortSignal;
}

/** In one request whatever the size: repeating one of 64 MB costs less than staging all that never need it. */
function upload(client: BlockBlobClient, { image, md5, abortSignal }: Upload) {
  const { bytes, mediaType, metadata = {} } = image;
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return client.upload(body, bytes.byteLength, {
    abortSignal,
    blobHTTPHeaders: { blobContentType: mediaType, blobCacheControl: cacheControl },
    conditions: { ifNoneMatch: '*' },
    metadata,
    // Compared by the service before it stores anything.
    transactionalContentMD5: md5,
  });
}

interface Verification {
  readonly md5: Buffer;
  readonly answer: { readonly contentMD5?: Uint8Array; readonly etag?: string };
  readonly attempt: string;
  readonly abortSignal: AbortSignal;
}

/** The answer carries the checksum of what was stored, so that looking costs no request. */
async function verify(client: BlockBlobClient, { md5, answer, attempt, abortSignal }: Verification): Promise<void> {
  const { contentMD5, etag } = answer.contentMD5 === undefined ? await client.getProperties({ abortSignal }) : answer;
  if (contentMD5 !== undefined && md5.equals(contentMD5)) return;
  // Ours, and good for nothing: left there, it would refuse the next try.
  const conditions = etag === undefined ? {} : { ifMatch: etag };
  await client.deleteIfExists({ abortSignal, conditions });
  throw new StorageError(`${attempt} failed: other bytes arrived than were sent.`, { fault: 'DAMAGED' });
}
