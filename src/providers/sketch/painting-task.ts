import type { MessagePort } from 'node:worker_threads';

/** One picture to paint, as it is sent to a painter thread. */
export interface PaintingTask {
  readonly prompt: string;
  readonly negativePrompt: string | null;
  readonly style: string | null;
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  /** How long to wait after each pass. */
  readonly stepMilliseconds: number;
  /** No look at the unfinished picture before this time (`Date.now`). */
  readonly nextPreviewAt: number;
  readonly input: TaskInput | null;
}

/** A picture to start from. */
export interface TaskInput {
  /** As large as the picture that is painted. */
  readonly pixels: Pixels;
  readonly strength: number;
}

export interface PaintingOrder {
  readonly task: PaintingTask;
  /** Where the thread tells how it goes. It closes it when it is free again. */
  readonly port: MessagePort;
  /** One Int32: anything but 0 stops the painter before its next pass. */
  readonly stop: Int32Array<SharedArrayBuffer>;
}

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue, a byte each. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export type PaintingNews =
  | { readonly type: 'pass'; readonly step: number }
  | { readonly type: 'look'; readonly pixels: Pixels; readonly nextPreviewAt: number }
  | { readonly type: 'done'; readonly pixels: Pixels };
