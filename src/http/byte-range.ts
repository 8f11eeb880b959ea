/** A part of something, by bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly count: number;
}

const single = /^bytes=(?<first>\d{0,15})-(?<last>\d{0,15})$/;

/**
 * What a `Range` header asks for of so many bytes (RFC 9110, 14). Undefined where all of them are to be sent: without a header,
 * and for one that is not understood, such as several ranges at once.
 */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | 'unsatisfiable' | undefined {
  const { first = '', last = '' } = single.exec(header ?? '')?.groups ?? {};
  if (first === '' && last === '') return undefined;
  if (first === '') return toSuffix(Number(last), sizeBytes);
  if (last !== '' && Number(last) < Number(first)) return undefined;
  const offset = Number(first);
  const end = last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes);
  return offset < sizeBytes ? { offset, count: end - offset } : 'unsatisfiable';
}

function toSuffix(length: number, sizeBytes: number): ByteRange | 'unsatisfiable' {
  const count = Math.min(length, sizeBytes);
  return count === 0 ? 'unsatisfiable' : { offset: sizeBytes - count, count };
}
