import { crc32 } from 'node:zlib';

export const archiveMediaType = 'application/zip';

export interface ZipEntry {
  /** With slashes between its parts. */
  readonly name: string;
  readonly at: Date;
  readonly bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

export interface ZipOptions {
  /** Sizes and places from this on are written as ZIP64 has them. */
  readonly maxSmall?: number;
}

/** An entry that has been written, as the directory at the end of the archive names it. */
interface WrittenEntry {
  readonly name: Buffer;
  readonly at: Date;
  readonly checksum: number;
  readonly sizeBytes: number;
  readonly offset: number;
}

const signatures = {
  localHeader: 0x04034b50,
  dataDescriptor: 0x08074b50,
  directoryEntry: 0x02014b50,
  zip64End: 0x06064b50,
  zip64Locator: 0x07064b50,
  end: 0x06054b50,
} as const;
const versions = { usual: 20, zip64: 45 } as const;
/** Checksum and sizes come behind the bytes, and names are UTF-8. */
const flags = 0x0808;
/** Made on Unix: the upper half of the attributes is the mode of a file. */
const madeByUnix = (3 << 8) | versions.zip64;
const fileMode = 0o100600 * 0x10000;
const full = { bits16: 0xffff, bits32: 0xffffffff } as const;

/**
 * A ZIP archive as it grows. Entries are taken one after the other and stored as they are: pictures do not get smaller. What is kept
 * until the end is about 150 bytes for each. Layout: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export async function* writeZip(
  entries: AsyncIterable<ZipEntry>,
  { maxSmall = full.bits32 - 1 }: ZipOptions = {},
): AsyncGenerator<Uint8Array> {
  const written: WrittenEntry[] = [];
  let offset = 0;
  for await (const { name: text, at, bytes } of entries) {
    const name = Buffer.from(text);
    let checksum = 0;
    let sizeBytes = 0;
    yield toLocalHeader(name, at);
    for await (const chunk of bytes) {
      checksum = crc32(chunk, checksum);
      sizeBytes += chunk.byteLength;
      yield chunk;
    }
    const entry = { name, at, checksum, sizeBytes, offset };
    const descriptor = toDataDescriptor(entry, maxSmall);
    yield descriptor;
    written.push(entry);
    offset += localHeaderBytes + name.byteLength + sizeBytes + descriptor.byteLength;
  }
  yield* writeDirectory(written, { offset, maxSmall });
}

const localHeaderBytes = 30;

function toLocalHeader(name: Buffer, at: Date): Buffer {
  const header = Buffer.alloc(localHeaderBytes);
  header.writeUInt32LE(signatures.localHeader, 0);
  header.writeUInt16LE(versions.usual, 4);
  header.writeUInt16LE(flags, 6);
  writeTime(header, at, 10);
  header.writeUInt16LE(name.byteLength, 26);
  return Buffer.concat([header, name]);
}

function toDataDescriptor({ checksum, sizeBytes }: WrittenEntry, maxSmall: number): Buffer {
  const isLarge = sizeBytes > maxSmall;
  const descriptor = Buffer.alloc(isLarge ? 24 : 16);
  descriptor.writeUInt32LE(signatures.dataDescriptor, 0);
  descriptor.writeUInt32LE(checksum, 4);
  for (const index of [0, 1]) {
    if (isLarge) descriptor.writeBigUInt64LE(BigInt(sizeBytes), 8 + 8 * index);
    else descriptor.writeUInt32LE(sizeBytes, 8 + 4 * index);
  }
  return descriptor;
}

interface Directory {
  /** Where it begins. */
  readonly offset: number;
  readonly maxSmall: number;
}

function* writeDirectory(written: readonly WrittenEntry[], { offset, maxSmall }: Directory): Generator<Buffer> {
  let sizeBytes = 0;
  for (const entry of written) {
    const record = toDirectoryEntry(entry, maxSmall);
    sizeBytes += record.byteLength;
    yield record;
  }
  const summary = { count: written.length, sizeBytes, offset };
  const isLarge = summary.count >= full.bits16 || sizeBytes > maxSmall || offset > maxSmall;
  if (isLarge) yield toZip64End(summary);
  yield toEnd(summary, maxSmall);
}

function toDirectoryEntry({ name, at, checksum, sizeBytes, offset }: WrittenEntry, maxSmall: number): Buffer {
  const large = [sizeBytes, sizeBytes, offset].filter((number) => number > maxSmall);
  const extra = toZip64Extra(large);
  const record = Buffer.alloc(46);
  record.writeUInt32LE(signatures.directoryEntry, 0);
  record.writeUInt16LE(madeByUnix, 4);
  record.writeUInt16LE(large.length > 0 ? versions.zip64 : versions.usual, 6);
  record.writeUInt16LE(flags, 8);
  writeTime(record, at, 12);
  record.writeUInt32LE(checksum, 16);
  record.writeUInt32LE(toSmall(sizeBytes, maxSmall), 20);
  record.writeUInt32LE(toSmall(sizeBytes, maxSmall), 24);
  record.writeUInt16LE(name.byteLength, 28);
  record.writeUInt16LE(extra.byteLength, 30);
  record.writeUInt32LE(fileMode, 38);
  record.writeUInt32LE(toSmall(offset, maxSmall), 42);
  return Buffer.concat([record, name, extra]);
}

/** Those numbers of an entry, in their order, that its record has no room for. */
function toZip64Extra(numbers: readonly number[]): Buffer {
  if (numbers.length === 0) return Buffer.alloc(0);
  const extra = Buffer.alloc(4 + 8 * numbers.length);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(8 * numbers.length, 2);
  for (const [index, number] of numbers.entries()) extra.writeBigUInt64LE(BigInt(number), 4 + 8 * index);
  return extra;
}

interface Summary {
  readonly count: number;
  readonly sizeBytes: number;
  readonly offset: number;
}

function toZip64End({ count, sizeBytes, offset }: Summary): Buffer {
  const end = Buffer.alloc(56 + 20);
  end.writeUInt32LE(signatures.zip64End, 0);
  end.writeBigUInt64LE(44n, 4);
  end.writeUInt16LE(madeByUnix, 12);
  end.writeUInt16LE(versions.zip64, 14);
  end.writeBigUInt64LE(BigInt(count), 24);
  end.writeBigUInt64LE(BigInt(count), 32);
  end.writeBigUInt64LE(BigInt(sizeBytes), 40);
  end.writeBigUInt64LE(BigInt(offset), 48);
  end.writeUInt32LE(signatures.zip64Locator, 56);
  end.writeBigUInt64LE(BigInt(offset + sizeBytes), 64);
  end.writeUInt32LE(1, 72);
  return end;
}

function toEnd({ count, sizeBytes, offset }: Summary, maxSmall: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(signatures.end, 0);
  end.writeUInt16LE(Math.min(count, full.bits16), 8);
  end.writeUInt16LE(Math.min(count, full.bits16), 10);
  end.writeUInt32LE(toSmall(sizeBytes, maxSmall), 12);
  end.writeUInt32LE(toSmall(offset, maxSmall), 16);
  return end;
}

/** All ones say that the number stands elsewhere. */
function toSmall(number: number, maxSmall: number): number {
  return number > maxSmall ? full.bits32 : number;
}

/** As MS-DOS had it: to two seconds, from 1980 on. In UTC. */
function writeTime(record: Buffer, at: Date, offset: number): void {
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  const date = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  record.writeUInt16LE(time, offset);
  record.writeUInt16LE(date, offset + 2);
}
