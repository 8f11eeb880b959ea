import { crc32 } from 'node:zlib';

interface ZipRecord {
  readonly name: string;
  readonly checksum: number;
  readonly sizeBytes: number;
  readonly offset: number;
  readonly nextAt: number;
}

const small = 0xffffffff;

/** The entries of a ZIP archive whose entries are stored as they are, by its directory. Throws where something does not fit. */
export function readZip(archive: Buffer): ReadonlyMap<string, Buffer> {
  const entries = new Map<string, Buffer>();
  const { count, offset } = findDirectory(archive);
  let at = offset;
  for (let index = 0; index < count; index++) {
    const record = readRecord(archive, at);
    entries.set(record.name, readEntry(archive, record));
    at = record.nextAt;
  }
  if (entries.size !== count) throw new Error('Two entries have one name.');
  return entries;
}

function findDirectory(archive: Buffer) {
  const end = archive.length - 22;
  expectSignature(archive, end, 0x06054b50);
  const usual = { count: archive.readUInt16LE(end + 10), offset: archive.readUInt32LE(end + 16) };
  if (archive.readUInt32LE(Math.max(0, end - 20)) !== 0x07064b50) return usual;
  const large = Number(archive.readBigUInt64LE(end - 20 + 8));
  expectSignature(archive, large, 0x06064b50);
  return {
    count: Number(archive.readBigUInt64LE(large + 32)),
    offset: Number(archive.readBigUInt64LE(large + 48)),
  };
}

function readRecord(archive: Buffer, at: number): ZipRecord {
  expectSignature(archive, at, 0x02014b50);
  const [nameBytes, extraBytes] = [archive.readUInt16LE(at + 28), archive.readUInt16LE(at + 30)];
  const extraAt = at + 46 + nameBytes;
  let next = extraAt + 4;
  const read = (place: number) => {
    const number = archive.readUInt32LE(at + place);
    if (number !== small) return number;
    next += 8;
    return Number(archive.readBigUInt64LE(next - 8));
  };
  const [sizeBytes] = [read(24), read(20)];
  const offset = read(42);
  const name = archive.toString('utf8', at + 46, extraAt);
  return { name, checksum: archive.readUInt32LE(at + 16), sizeBytes, offset, nextAt: extraAt + extraBytes };
}

function readEntry(archive: Buffer, { name, checksum, sizeBytes, offset }: ZipRecord): Buffer {
  expectSignature(archive, offset, 0x04034b50);
  const start = offset + 30 + archive.readUInt16LE(offset + 26) + archive.readUInt16LE(offset + 28);
  const bytes = archive.subarray(start, start + sizeBytes);
  expectSignature(archive, start + sizeBytes, 0x08074b50);
  if (crc32(bytes) !== checksum) throw new Error(`The checksum of ${name} is wrong.`);
  return bytes;
}

function expectSignature(archive: Buffer, at: number, signature: number): void {
  if (archive.readUInt32LE(at) !== signature) throw new Error(`No ${signature.toString(16)} at ${at}.`);
}
