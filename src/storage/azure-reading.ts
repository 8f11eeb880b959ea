import { Readable } from 'node:stream';
import type { BlobDownloadResponseParsed, ContainerClient } from '@azure/storage-blob';
import { callAzure, hasStatus } from './azure-call.ts';
import type { CallOptions, StoredImage, StreamOptions } from './image-store.ts';

const timeoutMilliseconds = 15_000;
const readTimeoutMilliseconds = 60_000;

/** As `ImageStore.read`. */
export function readBlob(
  container: ContainerClient,
  name: string,
  { signal }: CallOptions = {},
): Promise<Uint8Array | undefined> {
  const attempt = `Reading the picture "${name}"`;
  return callAzure({ attempt, timeoutMilliseconds: readTimeoutMilliseconds, signal }, (abortSignal) =>
    orUndefined(async () => {
      return readBody(await container.getBlobClient(name).download(0, undefined, { abortSignal }));
    }),
  );
}

/** Into its room as it comes: joined at the end, it would be held twice. */
async function readBody({ readableStreamBody, contentLength }: BlobDownloadResponseParsed): Promise<Uint8Array> {
  if (readableStreamBody === undefined || contentLength === undefined) throw createNoBody();
  const bytes = Buffer.allocUnsafeSlow(contentLength);
  let filled = 0;
  for await (const chunk of readableStreamBody) filled += (chunk as Buffer).copy(bytes, filled);
  if (filled < contentLength) throw new Error('The download was cut off.');
  return bytes;
}

function createNoBody(): TypeError {
  return new TypeError('A download without a body.');
}

/** As `ImageStore.find`. */
export function findBlob(
  container: ContainerClient,
  name: string,
  { signal }: CallOptions = {},
): Promise<StoredImage | undefined> {
  const attempt = `Looking for the picture "${name}"`;
  return callAzure({ attempt, timeoutMilliseconds, signal }, (abortSignal) =>
    orUndefined(async () => {
      const properties = await container.getBlobClient(name).getProperties({ abortSignal });
      const { contentLength: sizeBytes = 0, contentType: mediaType = 'application/octet-stream' } = properties;
      return { name, sizeBytes, mediaType, metadata: properties.metadata ?? {} };
    }),
  );
}

/** As `ImageStore.stream`. The time for an answer is bounded here, that for the bytes by whoever takes them. */
export async function streamBlob(
  container: ContainerClient,
  name: string,
  { offset, count, signal }: StreamOptions,
): Promise<Readable | undefined> {
  const attempt = `Reading the picture "${name}"`;
  const late = new AbortController();
  const reading = signal === undefined ? late.signal : AbortSignal.any([late.signal, signal]);
  return callAzure({ attempt, timeoutMilliseconds, signal }, async (deadline) => {
    const giveUp = () => late.abort();
    deadline.addEventListener('abort', giveUp, { once: true });
    try {
      return await orUndefined(async () => {
        const answer = await container.getBlobClient(name).download(offset, count, { abortSignal: reading });
        if (!(answer.readableStreamBody instanceof Readable)) throw createNoBody();
        return answer.readableStreamBody;
      });
    } finally {
      deadline.removeEventListener('abort', giveUp);
    }
  });
}

async function orUndefined<Result>(call: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await call();
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}
