import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { GraphQLError } from 'graphql';
import { imageMediaTypes } from '../domain/image-format.ts';
import type { Logger } from '../log.ts';
import { exportFileName } from '../storage/blob-names.ts';
import type { ImageStore, StoredImage } from '../storage/image-store.ts';
import { StorageError } from '../storage/storage-error.ts';
import { archiveMediaType } from '../storage/zip-archive.ts';
import { type ByteRange, parseRange } from './byte-range.ts';
import { type Exchange, isRead } from './exchange.ts';
import type { FileLinks, SignedBlob } from './file-links.ts';

/** A client that takes nothing for so long is left. */
const idleMilliseconds = 30_000;

const sentMediaTypes: readonly string[] = [...imageMediaTypes, archiveMediaType];

interface FileDependencies {
  readonly images: ImageStore;
  readonly files: FileLinks | undefined;
  readonly log: Logger;
}

/** The bytes that a signed link names. Whatever is wrong with a link, the answer is the same. */
export async function answerFile(
  { images, files, log }: FileDependencies,
  { request, response }: Pick<Exchange, 'request' | 'response'>,
  answerNothing: () => void,
): Promise<void> {
  const blob = isRead(request) ? files?.find(request.url ?? '') : undefined;
  const image = blob === undefined ? undefined : await orUnavailable(log, images.find(blob.name));
  if (blob === undefined || image === undefined) return answerNothing();
  const left = new AbortController();
  response.once('close', () => left.abort());
  setFileHeaders(response, image, blob);
  if (isKnown(request, image)) return void response.writeHead(304).end();
  const range = parseRange(request.headers.range, image.sizeBytes);
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'content-range': `bytes */${image.sizeBytes}`, 'cache-control': 'no-store' }).end();
    return;
  }
  const { offset, count } = range ?? { offset: 0, count: image.sizeBytes };
  const part = { offset, count, signal: left.signal };
  const bytes = request.method === 'HEAD' ? undefined : await orUnavailable(log, images.stream(image.name, part));
  writeStatus(response, image, range);
  if (bytes === undefined) return void response.end();
  response.setTimeout(idleMilliseconds, () => response.destroy());
  // The client has left, or the storage: in both cases there is nobody, or nothing, to tell.
  await pipeline(bytes, response).catch(() => response.destroy());
}

async function orUnavailable<Result>(log: Logger, call: Promise<Result>): Promise<Result> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof StorageError) || error.fault === 'OTHER') throw error;
    log[error.fault === 'AWAY' ? 'warn' : 'error'](
      { fault: error.fault, error: error.message },
      'a picture was not read',
    );
    const http = { status: 503, headers: { 'retry-after': '1' } };
    const extensions = { code: 'UNAVAILABLE', http };
    throw new GraphQLError('The image storage cannot be used. Try again.', { extensions });
  }
}

function setFileHeaders(response: ServerResponse, image: StoredImage, { expiresAt }: SignedBlob): void {
  const seconds = Math.max(0, Math.floor((expiresAt.getTime() - Date.now()) / 1000));
  response.setHeader('cache-control', `private, max-age=${seconds}, immutable`);
  response.setHeader('etag', toEtag(image));
  response.setHeader('accept-ranges', 'bytes');
  response.setHeader('content-security-policy', "sandbox; default-src 'none'");
  // The link is the permission: pages of elsewhere that have it may show the picture.
  response.setHeader('cross-origin-resource-policy', 'cross-origin');
}

function writeStatus(response: ServerResponse, image: StoredImage, range: ByteRange | undefined): void {
  const { offset, count } = range ?? { offset: 0, count: image.sizeBytes };
  response.setHeader('content-type', toMediaType(image));
  response.setHeader('content-disposition', toDisposition(image));
  response.setHeader('content-length', count);
  if (range !== undefined) {
    response.setHeader('content-range', `bytes ${offset}-${offset + count - 1}/${image.sizeBytes}`);
  }
  response.writeHead(range === undefined ? 200 : 206);
}

/** Whatever the storage says, nothing is sent that a browser would run. */
function toMediaType({ mediaType }: StoredImage): string {
  return sentMediaTypes.find((known) => known === mediaType) ?? 'application/octet-stream';
}

/** A name stands for the same bytes for ever. */
function toEtag({ name }: StoredImage): string {
  return `"${hash('sha256', name, 'base64url')}"`;
}

function isKnown({ headers }: IncomingMessage, image: StoredImage): boolean {
  const known = (headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known.includes('*') || known.includes(toEtag(image));
}

function toDisposition(image: StoredImage): string {
  const mediaType = toMediaType(image);
  if (mediaType === archiveMediaType) return `attachment; filename="${exportFileName}"`;
  const extension = mediaType.replace(/^.*\//, '');
  return `inline; filename="${image.name.replaceAll(/[^\w.-]+/g, '-')}.${extension}"`;
}
