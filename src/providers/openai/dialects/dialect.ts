import type { PictureOrder } from '../../provider.ts';
import type { ModelSettings } from '../model-settings.ts';

/** The fields of a request, the pictures that go in apart. */
export type RequestFields = { readonly prompt: string } & Readonly<Record<string, FieldValue>>;
type FieldValue = string | number | boolean;

/** How one kind of server wants a request worded. */
export type Dialect = (order: PictureOrder, settings: ModelSettings) => RequestFields;

/** What is null was left to the model, and is not sent. */
export function withoutNulls(fields: Readonly<Record<string, FieldValue | null>>): Record<string, FieldValue> {
  const given = Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
  return Object.fromEntries(given);
}

/** Null for a model that is told no pixels. */
export function toSizeText({ width, height }: PictureOrder): string | null {
  return width === null || height === null ? null : `${width}x${height}`;
}
