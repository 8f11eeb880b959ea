import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import type { Conversion } from '../domain/conversion.ts';
import type { Logger } from '../log.ts';
import type { DevelopedPicture } from './develop-picture.ts';
import { createLabStaff, type LabStaff } from './lab-staff.ts';
import type { Answer, Done, Order } from './order.ts';
import type { Packet } from './packets.ts';
import { type Pieces, sizeOf } from './pieces.ts';
import { type LossReason, ProcessLost } from './process-lost.ts';
import './sharp-settings.ts';
import type { Frame } from './shrink-frame.ts';
import { UnusablePictureError } from './unusable-picture-error.ts';

/**
 * The door for pictures that others made. They are decoded in processes of their own, under limits of time and memory: one
 * that ends its process is refused, and nothing else suffers.
 */
export interface PictureLab extends AsyncDisposable {
  /** The picture as it is. Throws `UnusablePictureError` unless it is one whole PNG, WebP or JPEG of at most 40 megapixels. */
  develop(bytes: Uint8Array): Promise<DevelopedPicture>;
  /**
   * The same picture in the same format, upright, in 8 bits of RGB with a plain colour profile or in sRGB, and nothing else:
   * neither metadata nor whatever was hidden beside or behind it. Throws as `develop` does.
   */
  clean(picture: Pieces): Promise<DevelopedPicture>;
  /** A picture that was cleaned, as something else. Throws `UnusablePictureError` where it cannot be read. */
  convert(picture: Pieces, conversion: Conversion): Promise<Uint8Array>;
  /**
   * A frame on the way to a picture, small enough for watchers: at most 512 px on its longer side and 64 KB. Undefined where it
   * cannot be had, or not soon: a frame is no reason to fail or to wait.
   */
  shrinkFrame(bytes: Uint8Array): Promise<Frame | undefined>;
}

export interface PictureLabOptions {
  readonly log: Pick<Logger, 'warn'>;
  /** How many pictures are worked on at a time. */
  readonly processes?: number;
  /** For one picture. */
  readonly timeLimitMilliseconds?: number;
  /** What a process may hold while it works on one picture. */
  readonly memoryLimitBytes?: number;
  /** A process without work for this long is ended. */
  readonly idleMilliseconds?: number;
  /** What the processes run. */
  readonly program?: URL;
}

const processesByDefault = Math.min(4, Math.max(2, availableParallelism()));
/** sharp gives up after 20 s, once for each time that it decodes. This is for what does not come back. */
const timeLimitByDefault = 45_000;
const memoryLimitByDefault = 1024 ** 3;
const idleByDefault = 30_000;
const maxFramesWaiting = 8;
const programByDefault = new URL('lab-program.ts', import.meta.url);

/** Starts no process before the first picture comes. */
export function createPictureLab(options: PictureLabOptions): PictureLab {
  const { log, processes = processesByDefault } = options;
  const staff = createLabStaff({
    program: options.program ?? programByDefault,
    milliseconds: options.timeLimitMilliseconds ?? timeLimitByDefault,
    memoryBytes: options.memoryLimitBytes ?? memoryLimitByDefault,
    idleMilliseconds: options.idleMilliseconds ?? idleByDefault,
  });
  const takeTurn = pLimit(processes);
  // Cleaning and converting take seconds: outputs, which were paid for, find a process all the same.
  const takeInputTurn = pLimit(Math.max(1, processes - 1));
  // Beside the others: who watches does not wait for what takes seconds, and takes nobody's place.
  const takeFrameTurn = pLimit(1);
  const work = (order: Order, picture: Pieces) => takeTurn(() => workOn({ staff, log }, order, picture));
  return {
    async develop(bytes) {
      const { head, parts } = toDone(await work({ task: 'develop' }, [bytes]));
      return toPicture(head, bytes, parts);
    },
    async clean(picture) {
      const { head, parts } = toDone(await takeInputTurn(() => work({ task: 'clean' }, picture)));
      const [cleaned = new Uint8Array(), ...variants] = parts;
      return toPicture(head, cleaned, variants);
    },
    async convert(picture, conversion) {
      const answer = await takeInputTurn(() => work({ task: 'convert', conversion }, picture));
      return toConverted(answer);
    },
    async shrinkFrame(bytes) {
      if (takeFrameTurn.pendingCount >= maxFramesWaiting) return undefined;
      const answer = takeFrameTurn(() => workOn({ staff, log }, { task: 'shrink' }, [bytes]));
      return toFrame(await answer.catch(() => undefined));
    },
    [Symbol.asyncDispose]: () => staff[Symbol.asyncDispose](),
  };
}

interface Lab {
  readonly staff: LabStaff;
  readonly log: Pick<Logger, 'warn'>;
}

async function workOn({ staff, log }: Lab, order: Order, picture: Pieces): Promise<Packet<Answer>> {
  const tell = ({ message: error, reason }: ProcessLost) =>
    log.warn({ error, reason, task: order.task, sizeBytes: sizeOf(picture) }, 'a process was lost over a picture');
  try {
    return await staff.ask(order, picture).catch((error: unknown) => {
      if (!(error instanceof ProcessLost) || error.reason === 'time') throw error;
      tell(error);
      // Somebody else may have ended it, or pictures before have filled it: a new one decides.
      return staff.askNewcomer(order, picture);
    });
  } catch (error) {
    if (!(error instanceof ProcessLost)) throw error;
    tell(error);
    if (error.reason === 'start') throw error;
    throw new UnusablePictureError(messages[error.reason], { cause: error });
  }
}

const messages: Readonly<Record<Exclude<LossReason, 'start'>, string>> = {
  crash: 'The picture cannot be decoded.',
  time: 'The picture takes too long to decode.',
  memory: 'The picture takes too much memory to decode.',
};

function toDone({ head, parts }: Packet<Answer>): Packet<Done> {
  if (head.kind === 'done') return { head, parts };
  throw toError(head);
}

function toConverted({ head, parts: [bytes] }: Packet<Answer>): Uint8Array {
  if (head.kind === 'converted' && bytes !== undefined) return bytes;
  throw toError(head);
}

function toError(head: Answer): Error {
  if (head.kind === 'refused') return new UnusablePictureError(head.message, { cause: head.cause });
  return new Error(head.kind === 'failed' ? head.stack : 'A picture was answered with something else.');
}

function toFrame(answer: Packet<Answer> | undefined): Frame | undefined {
  const [bytes] = answer?.parts ?? [];
  if (answer?.head.kind !== 'shrunk' || bytes === undefined) return undefined;
  return { ...answer.head.frame, bytes };
}

function toPicture({ facts, variants }: Done, bytes: Uint8Array, parts: readonly Uint8Array[]): DevelopedPicture {
  const withBytes = variants.map((variant, index) => ({ ...variant, bytes: parts[index] ?? new Uint8Array() }));
  return { ...facts, bytes, variants: withBytes };
}
