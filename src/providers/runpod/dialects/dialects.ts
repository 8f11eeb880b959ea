import { classic } from './classic.ts';
import { comfyui } from './comfyui.ts';
import type { Dialect } from './dialect.ts';
import { flux, kontext, nanoBanana, sizeText } from './public-endpoints.ts';
import { sdxl } from './sdxl.ts';

/** By the name that a model's settings give. */
export const dialects: ReadonlyMap<string, Dialect> = new Map([
  ['classic', classic],
  ['sdxl', sdxl],
  ['comfyui', comfyui],
  ['flux', flux],
  ['kontext', kontext],
  ['size-text', sizeText],
  ['nano-banana', nanoBanana],
]);
