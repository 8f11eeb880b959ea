import { randomBytes, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const idLength = 8;
/** As many digits as 256 bits need. */
const secretLength = 43;
const checksumLength = 6;
const pattern = /^(?<signed>(?<prefix>dk_live_[0-9A-Za-z]{8})_[0-9A-Za-z]{43})(?<checksum>[0-9A-Za-z]{6})$/;

/** What a key begins with: whoever shows such a thing means an API key, whatever else is wrong with it. */
export const apiKeyBeginning = 'dk_';

export interface ApiKeyText {
  /** The whole key, as it is shown once. */
  readonly text: string;
  /** Its visible beginning, for example `dk_live_4fR9xKq2`. */
  readonly prefix: string;
}

/** 256 random bits, a random name, and a checksum, by which a key that was cut off or made up is known without a look anywhere. */
export function createApiKeyText(): ApiKeyText {
  const id = Array.from({ length: idLength }, () => digits[randomInt(digits.length)]).join('');
  const prefix = `dk_live_${id}`;
  const signed = `${prefix}_${toBase62(BigInt(`0x${randomBytes(32).toString('hex')}`), secretLength)}`;
  return { text: `${signed}${toChecksum(signed)}`, prefix };
}

/** Undefined for what is no key, or one whose checksum is wrong. */
export function parseApiKey(text: string): ApiKeyText | undefined {
  const { signed, prefix, checksum } = pattern.exec(text)?.groups ?? {};
  if (signed === undefined || prefix === undefined || toChecksum(signed) !== checksum) return undefined;
  return { text, prefix };
}

function toChecksum(signed: string): string {
  return toBase62(BigInt(crc32(signed)), checksumLength);
}

function toBase62(value: bigint, length: number): string {
  let rest = value;
  let text = '';
  for (; rest > 0n; rest /= 62n) text = `${digits[Number(rest % 62n)]}${text}`;
  return text.padStart(length, '0');
}
