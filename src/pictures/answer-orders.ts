import { Socket } from 'node:net';
import { cleanPicture } from './clean-picture.ts';
import { developPicture } from './develop-picture.ts';
import type { Answer, Order } from './order.ts';
import { createPacketReader, type Packet, type PacketToSend, sendPacket } from './packets.ts';
import { UnusablePictureError } from './unusable-picture-error.ts';

/** Both ways of one socket, which the server opens. */
const serverSocket = 3;

/** The bytes are its own, to keep or to give back. */
export type CarryOut = (order: Order, bytes: Uint8Array<ArrayBuffer>) => Promise<PacketToSend<Answer>>;

/** Says that it is ready, and answers each order that comes, until the server is gone. */
export function answerOrders(carryOut: CarryOut): void {
  const answer = async ({ head, parts: [bytes = new Uint8Array()] }: Packet<Order>) => {
    sendPacket(socket, await carryOut(head, bytes).catch(toComplaint));
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
export const carryOut: CarryOut = async ({ task }, bytes) => {
  const isCleaned = task === 'clean';
  const { bytes: developed, variants, ...facts } = await developPicture(isCleaned ? await replace(bytes) : bytes);
  const pictures = variants.map((variant) => [variant.bytes]);
  return {
    head: {
      kind: 'done',
      facts,
      variants: variants.map(({ variant, mediaType }) => ({ variant, mediaType })),
      residentBytes: process.memoryUsage.rss(),
    },
    parts: isCleaned ? [[developed], ...pictures] : pictures,
  };
};

/** The clean picture in place of the one that came, whose memory V8 would give back much later. */
async function replace(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const cleaned = await cleanPicture(bytes);
  bytes.buffer.transfer(0);
  return cleaned;
}

function toComplaint(error: unknown): PacketToSend<Answer> {
  if (error instanceof UnusablePictureError) {
    return { head: { kind: 'refused', message: error.message, cause: String(error.cause ?? '') }, parts: [] };
  }
  return { head: { kind: 'failed', stack: (error instanceof Error && error.stack) || String(error) }, parts: [] };
}
