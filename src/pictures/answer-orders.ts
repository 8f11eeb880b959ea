import { Socket } from 'node:net';
import { cleanPicture } from './clean-picture.ts';
import { convertPicture } from './convert-picture.ts';
import { type DevelopedPicture, developPicture } from './develop-picture.ts';
import { giveBack } from './give-back.ts';
import type { Answer, Order } from './order.ts';
import { createPacketReader, type Packet, type PacketToSend, sendPacket } from './packets.ts';
import type { Pieces } from './pieces.ts';
import { type Frame, shrinkFrame } from './shrink-frame.ts';
import { UnusablePictureError } from './unusable-picture-error.ts';

/** Both ways of one socket, which the server opens. */
const serverSocket = 3;

/** The bytes are its own, to give back; those that it answers are given back when they are sent. */
export type CarryOut = (order: Order, bytes: Uint8Array) => Promise<PacketToSend<Answer>>;

/** Says that it is ready, and answers each order that comes, until the server is gone. */
export function answerOrders(carryOut: CarryOut): void {
  const answer = async ({ head, parts: [bytes = new Uint8Array()] }: Packet<Order>) => {
    const packet = await carryOut(head, bytes).catch(toComplaint);
    sendPacket(socket, packet, () => packet.parts.flat().forEach(giveBack));
  };
  const reader = createPacketReader<Order>((packet) => void answer(packet));
  const callback = (sizeBytes: number) => {
    reader.fill(sizeBytes);
    return true;
  };
  // Straight to where it stays: the chunks of a stream would lie about as garbage, as large as the picture.
  const socket = new Socket({ fd: serverSocket, onread: { buffer: () => reader.room(), callback } });
  socket.on('error', () => undefined);
  // At once, however the server ended: `process.exit` would wait for what is being decoded.
  socket.on('close', () => process.kill(process.pid, 'SIGKILL'));
  sendPacket<Answer>(socket, { head: { kind: 'ready' }, parts: [] });
}

/** What comes back is developed in any case; the bytes as they came need not travel. */
export const carryOut: CarryOut = async (order, bytes) => {
  if (order.task === 'convert')
    return toConverted(await useUp(bytes, (picture) => convertPicture(picture, order.conversion)));
  if (order.task === 'shrink') return toShrunk(await useUp(bytes, shrinkFrame));
  if (order.task === 'develop') return toAnswer(await useUp(bytes, developPicture), []);
  const cleaned = await useUp(bytes, cleanPicture);
  return toAnswer(await developPicture(cleaned), [[cleaned]]);
};

async function useUp<Result>(bytes: Uint8Array, work: (bytes: Uint8Array) => Promise<Result>): Promise<Result> {
  const result = await work(bytes);
  giveBack(bytes);
  return result;
}

function toAnswer(developed: DevelopedPicture, before: readonly Pieces[]): PacketToSend<Answer> {
  const { bytes: _, variants, ...facts } = developed;
  return {
    head: {
      kind: 'done',
      facts,
      variants: variants.map(({ variant, mediaType }) => ({ variant, mediaType })),
      residentBytes: process.memoryUsage.rss(),
    },
    parts: [...before, ...variants.map(({ bytes }) => [bytes])],
  };
}

function toShrunk({ bytes, ...frame }: Frame): PacketToSend<Answer> {
  return { head: { kind: 'shrunk', frame, residentBytes: process.memoryUsage.rss() }, parts: [[bytes]] };
}

function toConverted(bytes: Uint8Array): PacketToSend<Answer> {
  return { head: { kind: 'converted', residentBytes: process.memoryUsage.rss() }, parts: [[bytes]] };
}

function toComplaint(error: unknown): PacketToSend<Answer> {
  if (error instanceof UnusablePictureError) {
    return { head: { kind: 'refused', message: error.message, cause: String(error.cause ?? '') }, parts: [] };
  }
  return { head: { kind: 'failed', stack: (error instanceof Error && error.stack) || String(error) }, parts: [] };
}
