import { Socket } from 'node:net';
import { cleanPicture } from './clean-picture.ts';
import { developPicture } from './develop-picture.ts';
import type { Answer, Order } from './order.ts';
import { createPacketReader, type Packet, sendPacket } from './packets.ts';
import { shrinkFrame } from './shrink-frame.ts';
import { UnusablePictureError } from './unusable-picture-error.ts';

/** Both ways of one socket, which the server opens. */
const serverSocket = 3;

export type CarryOut = (order: Order, bytes: Uint8Array) => Promise<Packet<Answer>>;

/** Says that it is ready, and answers each order that comes, until the server is gone. */
export function answerOrders(carryOut: CarryOut): void {
  const socket = new Socket({ fd: serverSocket });
  const answer = async ({ head, parts: [bytes = new Uint8Array()] }: Packet<Order>) => {
    sendPacket(socket, await carryOut(head, bytes).catch(toComplaint));
  };
  socket.on(
    'data',
    createPacketReader<Order>((packet) => void answer(packet)),
  );
  socket.on('error', () => undefined);
  // At once, however the server ended: `process.exit` would wait for what is being decoded.
  socket.on('close', () => process.kill(process.pid, 'SIGKILL'));
  sendPacket<Answer>(socket, { head: { kind: 'ready' }, parts: [] });
}

/** What comes back is developed in any case; the bytes as they came need not travel. */
export async function carryOut({ task }: Order, bytes: Uint8Array): Promise<Packet<Answer>> {
  if (task === 'shrink') return carryOutShrinking(bytes);
  const isCleaned = task === 'clean';
  const { bytes: developed, variants, ...facts } = await developPicture(isCleaned ? await cleanPicture(bytes) : bytes);
  const pictures = variants.map((variant) => variant.bytes);
  return {
    head: {
      kind: 'done',
      facts,
      variants: variants.map(({ variant, mediaType }) => ({ variant, mediaType })),
      residentBytes: process.memoryUsage.rss(),
    },
    parts: isCleaned ? [developed, ...pictures] : pictures,
  };
}

async function carryOutShrinking(picture: Uint8Array): Promise<Packet<Answer>> {
  const { bytes, ...frame } = await shrinkFrame(picture);
  return { head: { kind: 'shrunk', frame, residentBytes: process.memoryUsage.rss() }, parts: [bytes] };
}

function toComplaint(error: unknown): Packet<Answer> {
  if (error instanceof UnusablePictureError) {
    return { head: { kind: 'refused', message: error.message, cause: String(error.cause ?? '') }, parts: [] };
  }
  return { head: { kind: 'failed', stack: (error instanceof Error && error.stack) || String(error) }, parts: [] };
}
