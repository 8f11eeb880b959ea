import type { Writable } from 'node:stream';

/** What passes between the server and a process of the lab: a few words as JSON, and bytes beside them. */
export interface Packet<Head> {
  readonly head: Head;
  readonly parts: readonly Uint8Array[];
}

interface Words<Head> {
  readonly head: Head;
  /** Of the parts. */
  readonly sizes: readonly number[];
}

/** Two lengths stand in front: that of the words, and that of all parts together. */
const frontBytes = 8;
/** More than any packet has. What decodes pictures may be taken over by one, and is not believed. */
const maxWordsBytes = 64 * 1024;
const maxPartsBytes = 512 * 1024 ** 2;

/** The parts are not copied, and must stay as they are until they are sent. */
export function sendPacket<Head>(stream: Writable, { head, parts }: Packet<Head>): void {
  const sizes = parts.map(({ byteLength }) => byteLength);
  const words = Buffer.from(JSON.stringify({ head, sizes } satisfies Words<Head>));
  const front = Buffer.alloc(frontBytes);
  front.writeUInt32BE(words.length);
  front.writeUInt32BE(
    sizes.reduce((sum, size) => sum + size, 0),
    4,
  );
  stream.cork();
  for (const bytes of [front, words, ...parts]) stream.write(bytes);
  stream.uncork();
}

/**
 * Takes the bytes of a stream as they come and tells each packet that is whole. Every byte is copied once, to where it stays.
 * Throws for what is no packet.
 */
export function createPacketReader<Head>(onPacket: (packet: Packet<Head>) => void): (chunk: Buffer) => void {
  const read = readPackets(onPacket);
  let room = read.next().value;
  let filled = 0;
  return (chunk) => {
    for (let offset = 0; offset < chunk.length; ) {
      const copied = chunk.copy(room, filled, offset);
      offset += copied;
      filled += copied;
      if (filled < room.length) return;
      room = read.next().value;
      filled = 0;
    }
  };
}

/** Yields the room for what comes next, never an empty one, and goes on when that is full. */
function* readPackets<Head>(onPacket: (packet: Packet<Head>) => void): Generator<Buffer, never, undefined> {
  for (;;) {
    const front = Buffer.alloc(frontBytes);
    yield front;
    const [wordsBytes, partsBytes] = [front.readUInt32BE(0), front.readUInt32BE(4)];
    if (wordsBytes === 0 || wordsBytes > maxWordsBytes || partsBytes > maxPartsBytes) throw new Error('No packet.');
    const words = Buffer.alloc(wordsBytes);
    yield words;
    // Not from the pool of small buffers: the room of large ones goes back to the system when it is free.
    const bytes = Buffer.allocUnsafeSlow(partsBytes);
    if (partsBytes > 0) yield bytes;
    const { head, sizes } = JSON.parse(words.toString()) as Words<Head>;
    onPacket({ head, parts: split(bytes, sizes) });
  }
}

function split(bytes: Buffer, sizes: readonly number[]): readonly Uint8Array[] {
  let end = 0;
  return sizes.map((size) => {
    const start = end;
    end += size;
    return bytes.subarray(start, end);
  });
}
