import { InputUnusable } from './input-unusable.ts';

const maxBytes = 10 * 1024 * 1024;
const head = /^data:[^,]{0,200};base64,/i;

/** The bytes of a data URL, whatever type it claims. Throws `InputUnusable`. */
export function decodeDataUrl(dataUrl: string): Uint8Array {
  const found = head.exec(dataUrl);
  if (found === null) throw new InputUnusable('It is no data URL in base64.');
  const base64 = dataUrl.slice(found[0].length);
  const padding = /={0,2}$/.exec(base64.slice(-2))?.[0].length ?? 0;
  const sizeBytes = (base64.length / 4) * 3 - padding;
  if (sizeBytes > maxBytes) throw new InputUnusable('The data URL holds more than 10 MB.');
  const bytes = Buffer.from(base64, 'base64');
  // Node skips what is no base64 without a word.
  if (bytes.byteLength !== sizeBytes) throw new InputUnusable('The base64 of the data URL is wrong.');
  return bytes;
}
