import type { InputPicture } from '../provider.ts';

export interface InlineData {
  readonly mimeType: string;
  /** In base64. */
  readonly data: string;
}

/** Of one picture. */
const maxPictureBytes = 7_000_000;
/** Of all in one request, which may have 20 MB: base64 adds a third, and the words need some room. */
const maxTotalBytes = 14_000_000;

/** All of them, within what one request may carry: larger ones are made smaller. */
export async function toInlineData(
  inputs: readonly InputPicture[],
  signal: AbortSignal,
): Promise<readonly InlineData[]> {
  const totalBytes = inputs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const maxBytes = totalBytes > maxTotalBytes ? maxTotalBytes / inputs.length : maxPictureBytes;
  const encoded: InlineData[] = [];
  // One after the other: the bytes of one alone are held beside the finished text.
  for (const input of inputs) {
    const isTooLarge = input.sizeBytes > maxBytes;
    encoded.push(
      isTooLarge ? await shrink(input, maxBytes, signal) : encode(await input.read(signal), input.mediaType),
    );
  }
  return encoded;
}

/** At 2048 pixels, or else at 1024, where even noise is small enough for fourteen to share a request. */
async function shrink(input: InputPicture, maxBytes: number, signal: AbortSignal): Promise<InlineData> {
  const toWebp = (longerSide: number) => input.convert({ to: 'webp', longerSide }, signal);
  const smaller = await toWebp(2048);
  return encode(smaller.byteLength > maxBytes ? await toWebp(1024) : smaller, 'image/webp');
}

function encode(bytes: Uint8Array, mimeType: string): InlineData {
  return { mimeType, data: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64') };
}
