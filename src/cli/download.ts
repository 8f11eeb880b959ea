import { createHash } from 'node:crypto';
import { CliError } from './cli-error.ts';
import type { Image } from './schema-types.ts';

const downloadMilliseconds = 60_000;

/** The bytes of a picture as the server stored them. Throws `CliError` when others arrive. */
export async function downloadImage(image: Image, interrupted: AbortSignal): Promise<Uint8Array> {
  const signal = AbortSignal.any([interrupted, AbortSignal.timeout(downloadMilliseconds)]);
  const bytes = await fetchBytes(image.link.href, signal).catch((cause: Error) => {
    interrupted.throwIfAborted();
    throw new CliError(`The picture cannot be fetched: ${cause.message}\n${image.link.href}`, { cause });
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== image.sha256) throw new CliError('The picture arrived damaged: its SHA-256 is not the one stored.');
  return bytes;
}

async function fetchBytes(href: string, signal: AbortSignal): Promise<Uint8Array> {
  const response = await fetch(href, { signal });
  if (!response.ok) throw new Error(`the answer is ${response.status}`);
  return response.bytes();
}
