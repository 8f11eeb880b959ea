import type { Capabilities } from '../../domain/image-model.ts';

/** What stands for the slots of a workflow, by their names. */
export type SlotValues = Readonly<Record<string, string | number | undefined>>;

const slot = /\{\{([^{}]*)\}\}/g;

/** The names of all slots in a value, however deep. */
export function findSlots(value: unknown): ReadonlySet<string> {
  const names = [...JSON.stringify(value).matchAll(slot)].map(([, name = '']) => name.trim());
  return new Set(names);
}

/** A string that is one slot becomes the value itself, a number perhaps; within a longer one it becomes text. */
export function fillSlots(value: unknown, values: SlotValues): unknown {
  if (typeof value === 'string') return fillText(value, values);
  if (Array.isArray(value)) return value.map((part) => fillSlots(part, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, fillSlots(part, values)]));
}

function fillText(text: string, values: SlotValues): string | number | undefined {
  const [whole, name = ''] = [...text.matchAll(slot)][0] ?? [];
  if (whole === text) return values[name.trim()];
  return text.replace(slot, (_, inner: string) => String(values[inner.trim()] ?? ''));
}

interface SlotRule {
  /** The model promises an option that would be without effect. */
  readonly isNeeded: (capabilities: Capabilities) => boolean;
  /** Every order brings a value. */
  readonly isEnsured: (capabilities: Capabilities) => boolean;
}

const always = () => true;
const never = () => false;
const isSized: SlotRule = { isNeeded: never, isEnsured: ({ size }) => size.kind !== 'ratio' };
const ofRange = (option: 'steps' | 'guidanceScale'): SlotRule => ({
  isNeeded: (capabilities) => capabilities[option] !== null,
  isEnsured: (capabilities) => typeof capabilities[option]?.default === 'number',
});

const rules: Readonly<Record<string, SlotRule>> = {
  prompt: { isNeeded: always, isEnsured: always },
  negativePrompt: { isNeeded: ({ negativePrompt }) => negativePrompt, isEnsured: always },
  width: isSized,
  height: isSized,
  steps: ofRange('steps'),
  guidanceScale: ofRange('guidanceScale'),
  seed: { isNeeded: ({ seed }) => seed !== null, isEnsured: always },
  count: { isNeeded: ({ picturesPerCall }) => picturesPerCall > 1, isEnsured: always },
  vendorModel: { isNeeded: never, isEnsured: always },
  strength: {
    isNeeded: ({ strength }) => strength !== null,
    isEnsured: ({ strength, inputImages }) => typeof strength?.default === 'number' && inputImages.min > 0,
  },
  mask: {
    isNeeded: ({ mask }) => mask,
    isEnsured: ({ mask, inputImages }) => mask && inputImages.min > 0,
  },
};

/** `image` is the first input, `image2` the second. */
export function toImageSlot(index: number): string {
  return index === 0 ? 'image' : `image${index + 1}`;
}

/** What is wrong with the slots of a workflow, in sentences. */
export function findSlotProblems(found: ReadonlySet<string>, capabilities: Capabilities): readonly string[] {
  const known = { ...rules, ...toImageRules(found, capabilities) };
  const unknown = [...found].filter((name) => !Object.hasOwn(known, name));
  const missing = Object.entries(known).filter(([name, rule]) => rule.isNeeded(capabilities) && !found.has(name));
  const empty = Object.entries(known).filter(([name, rule]) => found.has(name) && !rule.isEnsured(capabilities));
  return [
    ...unknown.map((name) => `the workflow has an unknown slot {{${name}}}.`),
    ...missing.map(([name]) => `the workflow has no slot {{${name}}}, which the model's capabilities need.`),
    ...empty.map(([name]) => `the slot {{${name}}} can stay empty: the model's capabilities ensure no value for it.`),
  ];
}

function toImageRules(found: ReadonlySet<string>, { inputImages }: Capabilities): typeof rules {
  const slots = Array.from({ length: Math.max(inputImages.max, found.size) }, (_, index) => index);
  return Object.fromEntries(
    slots.map((index) => [
      toImageSlot(index),
      { isNeeded: () => index < inputImages.max, isEnsured: () => index < inputImages.min },
    ]),
  );
}
