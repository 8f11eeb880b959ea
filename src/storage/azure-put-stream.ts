import { hash, randomUUID } from 'node:crypto';
import type { ContainerClient } from '@azure/storage-blob';
import { callAzure } from './azure-call.ts';
import type { StreamToStore } from './image-store.ts';

/** All that is held at a time. Azure takes 50,000 of them: 390 GB. */
const blockBytes = 8 * 1024 * 1024;
const timeoutMilliseconds = 15_000;
/** The slowest line that a transfer is given time for. */
const bytesPerMillisecond = 100;
const blockMilliseconds = timeoutMilliseconds + Math.ceil(blockBytes / bytesPerMillisecond);

/** As `ImageStore.putStream`. Azure forgets blocks that nobody commits within a week. */
export async function putStream(container: ContainerClient, stream: StreamToStore): Promise<void> {
  const { name, bytes, mediaType, fileName, signal } = stream;
  const client = container.getBlockBlobClient(name);
  const attempt = `Storing the archive "${name}"`;
  // Of this try alone: two that write the same name at once do not mix.
  const tryId = randomUUID();
  const ids: string[] = [];
  for await (const block of toBlocks(bytes)) {
    const id = Buffer.from(`${tryId}.${String(ids.length).padStart(6, '0')}`).toString('base64');
    const transactionalContentMD5 = hash('md5', block, 'buffer');
    await callAzure({ attempt, timeoutMilliseconds: blockMilliseconds, signal }, (abortSignal) =>
      client.stageBlock(id, block, block.byteLength, { abortSignal, transactionalContentMD5 }),
    );
    ids.push(id);
  }
  await callAzure({ attempt, timeoutMilliseconds, signal }, (abortSignal) =>
    client.commitBlockList(ids, {
      abortSignal,
      blobHTTPHeaders: {
        blobContentType: mediaType,
        blobContentDisposition: `attachment; filename="${fileName}"`,
        blobCacheControl: 'private, no-store',
      },
      conditions: { ifNoneMatch: '*' },
    }),
  );
}

/** Each is overwritten when the next one is asked for. */
async function* toBlocks(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const block = Buffer.allocUnsafeSlow(blockBytes);
  let filled = 0;
  for await (const chunk of bytes) {
    let rest = chunk;
    while (rest.byteLength >= blockBytes - filled) {
      const fitting = blockBytes - filled;
      block.set(rest.subarray(0, fitting), filled);
      rest = rest.subarray(fitting);
      filled = 0;
      yield block;
    }
    block.set(rest, filled);
    filled += rest.byteLength;
  }
  if (filled > 0) yield block.subarray(0, filled);
}
