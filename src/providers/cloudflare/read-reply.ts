import { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import type { Downloader } from '../../network/download.ts';
import { type HttpAnswer, parseJson } from '../../network/send.ts';
import { createNoPicture, readPicture } from '../picture-source.ts';
import { toFailure, vendor } from './to-failure.ts';

const reply = z.object({
  success: z.boolean().optional(),
  result: z.object({ image: z.string().optional() }).nullish(),
});

export interface ReplyContext {
  readonly downloader: Downloader;
  /** Never shown to anyone. */
  readonly secrets: readonly (Secret | undefined)[];
  readonly signal: AbortSignal;
}

/**
 * The picture of an answer, which some models send as it is and others as base64 in JSON. The bytes decide, not the header:
 * SDXL Lightning sends a JPEG as `image/png`. Throws `ProviderError`.
 */
export async function readReply(answer: HttpAnswer, context: ReplyContext): Promise<Uint8Array<ArrayBuffer>> {
  const { downloader, secrets, signal } = context;
  const { status, bytes } = answer;
  if (status === 200 && isPicture(bytes)) return bytes;
  const { data } = reply.safeParse(parseJson(bytes));
  if (status !== 200 || data?.success === false) throw toFailure(answer, secrets);
  const source = data?.result?.image;
  if (source === undefined) throw createNoPicture(vendor);
  const picture = await readPicture(downloader, { vendor, source, signal });
  if (!isPicture(picture)) throw createNoPicture(vendor);
  return picture;
}

/** PNG, JPEG or WebP. */
function isPicture(bytes: Uint8Array): boolean {
  const beginning = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  return ['\x89PNG', '\xff\xd8\xff'].some((known) => beginning.startsWith(known)) || /^RIFF.{4}WEBP/s.test(beginning);
}
