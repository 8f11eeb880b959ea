import type { Conversion } from '../domain/conversion.ts';
import type { DevelopedPicture } from './develop-picture.ts';
import type { Frame } from './shrink-frame.ts';

/** What a process of the lab is asked for. The picture is the one part of the packet. */
export type Order = PlainOrder | ConvertOrder;

interface PlainOrder {
  readonly task: 'develop' | 'clean' | 'shrink';
}

interface ConvertOrder {
  readonly task: 'convert';
  readonly conversion: Conversion;
}

/** What it says: that it waits for orders, and how each ended. */
export type Answer = Ready | Done | Shrunk | Converted | Refused | Failed;

interface Ready {
  readonly kind: 'ready';
}

/** The parts are the smaller pictures, and before them the picture itself where it was cleaned. */
export interface Done {
  readonly kind: 'done';
  readonly facts: Omit<DevelopedPicture, 'bytes' | 'variants'>;
  readonly variants: readonly Omit<DevelopedPicture['variants'][number], 'bytes'>[];
  /** What the process holds now. */
  readonly residentBytes: number;
}

/** The frame is the one part. */
interface Shrunk {
  readonly kind: 'shrunk';
  readonly frame: Omit<Frame, 'bytes'>;
  /** What the process holds now. */
  readonly residentBytes: number;
}

/** What it has become is the one part. */
interface Converted {
  readonly kind: 'converted';
  /** What the process holds now. */
  readonly residentBytes: number;
}

/** The picture is at fault. */
interface Refused {
  readonly kind: 'refused';
  readonly message: string;
  readonly cause: string;
}

/** The program is at fault. */
interface Failed {
  readonly kind: 'failed';
  readonly stack: string;
}
