import type { BlobItem, ContainerClient } from '@azure/storage-blob';
import { callAzure } from './azure-call.ts';
import type { CallOptions, ListedImage, StoredImage, WalkOptions } from './image-store.ts';

const timeoutMilliseconds = 15_000;
/** The most that Azure gives at a time is 5,000. */
const defaultPageSize = 1_000;

/** As `ImageStore.list`. */
export function listBlobs(
  container: ContainerClient,
  prefix: string,
  { signal }: CallOptions = {},
): Promise<readonly StoredImage[]> {
  const attempt = `Listing the pictures below "${prefix}"`;
  return callAzure({ attempt, timeoutMilliseconds, signal }, async (abortSignal) => {
    const items = container.listBlobsFlat({ abortSignal, prefix, includeMetadata: true });
    return (await Array.fromAsync(items)).map(toStoredImage);
  });
}

function toStoredImage({ name, properties, metadata = {} }: BlobItem): StoredImage {
  const { contentLength: sizeBytes = 0, contentType: mediaType = 'application/octet-stream' } = properties;
  return { name, sizeBytes, mediaType, metadata };
}

/** As `ImageStore.walk`. Each page has its own limit of time. */
export async function* walkBlobs(
  container: ContainerClient,
  prefix: string,
  { signal, pageSize: maxPageSize = defaultPageSize }: WalkOptions = {},
): AsyncGenerator<readonly ListedImage[]> {
  const attempt = `Listing the pictures below "${prefix}"`;
  let marker: string | undefined;
  do {
    const continuationToken = marker;
    const page = await callAzure({ attempt, timeoutMilliseconds, signal }, async (abortSignal) => {
      const settings = { maxPageSize, ...(continuationToken === undefined ? {} : { continuationToken }) };
      const { value } = await container.listBlobsFlat({ abortSignal, prefix }).byPage(settings).next();
      if (value === undefined) throw new TypeError('A listing without a page.');
      return value;
    });
    yield page.segment.blobItems.map((item: BlobItem) => toListedImage(item, page.date));
    marker = page.continuationToken || undefined;
  } while (marker !== undefined);
}

/** Both times are the service's: whether a blob is old must not depend on our clock. One of unknown age is new. */
function toListedImage({ name, properties }: BlobItem, at: Date | undefined): ListedImage {
  const { createdOn = properties.lastModified } = properties;
  return { name, ageMilliseconds: at === undefined ? 0 : at.getTime() - createdOn.getTime() };
}
