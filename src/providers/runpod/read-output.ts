import { z } from 'zod';

export interface FoundPicture {
  /** A URL, a data URL or base64. */
  readonly source: string;
  /** Null where the worker does not tell. */
  readonly seed: number | null;
}

const fieldsOf = z.record(z.string(), z.unknown());
const text = z.string().min(1);
const wholeSeed = z.int().min(0);
type Fields = z.infer<typeof fieldsOf>;

/**
 * Where workers put a picture, in the order in which they are tried: worker-comfyui 5 (`data`), hosted endpoints (`image_url`,
 * `result`), and what people write by hand.
 */
const sourceKeys = ['data', 'image_url', 'result', 'image', 'image_base64', 'url'] as const;

/** The pictures of a job that is completed, in whichever of the usual shapes; none where there are none. */
export function findPictures(output: unknown): readonly FoundPicture[] {
  if (Array.isArray(output)) return findListed(output);
  const { data: fields } = fieldsOf.safeParse(output);
  const listed = Array.isArray(fields?.images) ? findListed(fields.images) : [];
  if (fields === undefined || listed.length === 0) return findListed([output]);
  // worker-sdxl tells one seed beside all its pictures.
  const shared = findSeed(fields);
  return listed.map(({ source, seed }) => ({ source, seed: seed ?? shared }));
}

function findListed(list: readonly unknown[]): readonly FoundPicture[] {
  return list.flatMap((entry) => findPicture(entry) ?? []);
}

function findPicture(entry: unknown): FoundPicture | undefined {
  if (typeof entry === 'string') return entry === '' ? undefined : { source: entry, seed: null };
  const { data: fields } = fieldsOf.safeParse(entry);
  if (fields === undefined) return undefined;
  const told = sourceKeys.map((key) => text.safeParse(fields[key]).data).find((one) => one !== undefined);
  const source = told ?? findMessage(fields);
  return source === undefined ? undefined : { source, seed: findSeed(fields) };
}

function findSeed({ seed }: Fields): number | null {
  return wholeSeed.safeParse(seed).data ?? null;
}

/** worker-comfyui before 5 sent its picture as the message of a success. */
function findMessage({ status, message }: Fields): string | undefined {
  return status === 'success' ? text.safeParse(message).data : undefined;
}
