import { type Canvas, resample } from './canvas/canvas.ts';
import type { PictureSize } from './canvas/frame.ts';
import { finishCanvas } from './finish/finish.ts';
import { paintPasses } from './painter.ts';
import type { PaintingNews, PaintingTask, Pixels } from './painting-task.ts';
import { createInputCanvas } from './repaint/input-canvas.ts';
import type { PaintingInput } from './repaint/repaint.ts';
import { composeScene } from './scene/compose-scene.ts';
import type { Scene } from './scene/scene.ts';

/** The longer side of a preview. */
const previewPixels = 512;
const previewIntervalMilliseconds = 250;

export interface Listener {
  tell(news: PaintingNews): void;
  /** Waits that long, or until it is to stop. */
  isStopped(waitMilliseconds: number): boolean;
}

/** Paints one picture and tells about every pass. Stops without a word when it is to stop. */
export function paintPicture(task: PaintingTask, { tell, isStopped }: Listener): void {
  const scene = composeScene(task);
  const size = { width: task.width, height: task.height };
  const input = readInput(task);
  const sheet = { scene, glare: input?.strength ?? 1 };
  let { nextPreviewAt } = task;
  let step = 0;
  for (const canvas of paintPasses({ scene, size, steps: task.steps, input })) {
    step++;
    tell({ type: 'pass', step });
    const now = Date.now();
    if (step < task.steps && now >= nextPreviewAt) {
      nextPreviewAt = now + previewIntervalMilliseconds;
      tell({ type: 'look', pixels: develop(canvas, sheet, previewSize(size)), nextPreviewAt });
    }
    if (isStopped(task.stepMilliseconds)) return;
    if (step === task.steps) tell({ type: 'done', pixels: develop(canvas, sheet, size) });
  }
}

function readInput({ input }: PaintingTask): PaintingInput | null {
  return input === null ? null : { canvas: createInputCanvas(input.pixels), strength: input.strength };
}

interface Sheet {
  readonly scene: Scene;
  /** What is bright in an input is no light that blooms. */
  readonly glare: number;
}

function develop(canvas: Canvas, { scene, glare }: Sheet, { width, height }: PictureSize): Pixels {
  const isSize = canvas.width === width && canvas.height === height;
  return { width, height, bytes: finishCanvas(isSize ? canvas : resample(canvas, width, height), scene, glare) };
}

function previewSize({ width, height }: PictureSize): PictureSize {
  const scale = Math.min(1, previewPixels / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
