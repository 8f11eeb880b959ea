import { z } from 'zod';
import type { PictureOrder } from '../../provider.ts';
import { ProviderError } from '../../provider-error.ts';
import { type Dialect, seedOf } from './dialect.ts';

type Slots = ReadonlyMap<string, string | number | null>;

/** What a template may have slots for. Further input images are found by name: `input-2.png`. */
const slotNames: readonly string[] = [
  'prompt',
  'negativePrompt',
  'width',
  'height',
  'steps',
  'seed',
  'guidanceScale',
  'strength',
  'image',
];
const slot = /\{\{(\w+)\}\}/g;
const onlySlot = /^\{\{(\w+)\}\}$/;

const template = z.object({ workflow: z.record(z.string(), z.unknown()) });

/** runpod-workers/worker-comfyui: a workflow in ComfyUI's API format, with slots for what is ordered. */
export const comfyui: Dialect = ({ slug, settings }) => {
  const { data, error } = template.safeParse(settings);
  if (error) throw new Error(`${slug} › settings › workflow › ${error.issues[0]?.message}`);
  const { workflow } = data;
  checkSlots(slug, workflow);
  return (order, images) => {
    const uploads = images.map((image, index) => ({ name: `input-${index + 1}.png`, image }));
    const slots = toSlots(order, uploads[0]?.name ?? null);
    return { workflow: fill(workflow, slots), images: uploads.length === 0 ? null : uploads };
  };
};

function checkSlots(slug: string, workflow: object): void {
  const names = [...JSON.stringify(workflow).matchAll(slot)].map(([, name = '']) => name);
  const unknown = names.find((name) => !slotNames.includes(name));
  if (unknown !== undefined) throw new Error(`${slug} › settings › workflow › {{${unknown}}} is no slot.`);
  if (!names.includes('prompt')) throw new Error(`${slug} › settings › workflow › The slot {{prompt}} is missing.`);
}

function toSlots(order: PictureOrder, image: string | null): Slots {
  const { prompt, width, height, steps, guidanceScale, strength } = order;
  const negativePrompt = order.negativePrompt ?? '';
  const values = { prompt, negativePrompt, width, height, steps, seed: seedOf(order), guidanceScale, strength, image };
  return new Map(Object.entries(values));
}

/** A value that is a slot as a whole keeps the type of what is put there: numbers stay numbers. */
function fill(value: unknown, slots: Slots): unknown {
  if (Array.isArray(value)) return value.map((part) => fill(part, slots));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, fill(part, slots)]));
  }
  if (typeof value !== 'string') return value;
  const [, name] = onlySlot.exec(value) ?? [];
  return name === undefined ? value.replace(slot, (_, inner) => String(take(slots, inner))) : take(slots, name);
}

function take(slots: Slots, name: string): string | number {
  const value = slots.get(name);
  if (value !== null && value !== undefined) return value;
  const message = `The workflow has a slot {{${name}}}, for which nothing is ordered.`;
  throw new ProviderError(message, { code: 'INVALID_REQUEST', retryable: false, unstarted: true });
}
