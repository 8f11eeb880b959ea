import type { Writable } from 'node:stream';
import { type Pieces, sizeOf } from './pieces.ts';

/** What passes between the server and a process of the lab: a few words as JSON, and bytes beside them. */
export interface Packet<Head> {
  readonly head: Head;
  readonly parts: readonly Uint8Array[];
}

/** Each part in as many pieces as it lies in. It arrives as one. */
export interface PacketToSend<Head> {
  readonly head: Head;
  readonly parts: readonly Pieces[];
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

/** The pieces are not copied, and must stay as they are until `onSent` is called. */
export function sendPacket<Head>(stream: Writable, { head, parts }: PacketToSend<Head>, onSent?: () => void): void {
  const sizes = parts.map(sizeOf);
  const words = Buffer.from(JSON.stringify({ head, sizes } satisfies Words<Head>));
  const front = Buffer.alloc(frontBytes);
  front.writeUInt32BE(words.length);
  front.writeUInt32BE(
    sizes.reduce((sum, size) => sum + size, 0),
    4,
  );
  stream.cork();
  for (const bytes of [front, words, ...parts.flat()]) stream.write(bytes);
  stream.write(Buffer.alloc(0), onSent);
  stream.uncork();
}

/** Takes bytes as they come and tells each packet that is whole. It keeps nothing of those that it told. */
export interface PacketReader {
  /** Where the next bytes belong, never empty. */
  room(): Buffer;
  /** Tells that this many have come there. Throws for what is no packet. */
  fill(sizeBytes: number): void;
}

export function createPacketReader<Head>(onPacket: OnPacket<Head>): PacketReader {
  let step = awaitFront(onPacket);
  let filled = 0;
  return {
    room: () => step.room.subarray(filled),
    fill(sizeBytes) {
      filled += sizeBytes;
      if (filled < step.room.length) return;
      step = step.next();
      filled = 0;
    },
  };
}

/** For streams that bring their bytes in memory of their own. Throws for what is no packet. */
export function copyInto(reader: PacketReader, chunk: Buffer): void {
  for (let offset = 0; offset < chunk.length; ) {
    const copied = chunk.copy(reader.room(), 0, offset);
    offset += copied;
    reader.fill(copied);
  }
}

type OnPacket<Head> = (packet: Packet<Head>) => void;

/** The room for what comes next, and what follows when it is full. */
interface Step {
  readonly room: Buffer;
  next(): Step;
}

function awaitFront<Head>(onPacket: OnPacket<Head>): Step {
  const room = Buffer.alloc(frontBytes);
  const next = () => {
    const [wordsBytes, partsBytes] = [room.readUInt32BE(0), room.readUInt32BE(4)];
    if (wordsBytes === 0 || wordsBytes > maxWordsBytes || partsBytes > maxPartsBytes) throw new Error('No packet.');
    return awaitWords(onPacket, wordsBytes, partsBytes);
  };
  return { room, next };
}

function awaitWords<Head>(onPacket: OnPacket<Head>, wordsBytes: number, partsBytes: number): Step {
  const room = Buffer.alloc(wordsBytes);
  const next = () => awaitParts(onPacket, JSON.parse(room.toString()) as Words<Head>, partsBytes);
  return { room, next };
}

function awaitParts<Head>(onPacket: OnPacket<Head>, { head, sizes }: Words<Head>, partsBytes: number): Step {
  // Not from the pool of small buffers: the room of large ones goes back to the system when it is free.
  const room = Buffer.allocUnsafeSlow(partsBytes);
  const next = () => {
    onPacket({ head, parts: split(room, sizes) });
    return awaitFront(onPacket);
  };
  return partsBytes === 0 ? next() : { room, next };
}

function split(bytes: Buffer, sizes: readonly number[]): readonly Uint8Array[] {
  let end = 0;
  return sizes.map((size) => {
    const start = end;
    end += size;
    return bytes.subarray(start, end);
  });
}
