import { type ImageVariant, imageVariants } from '../domain/image-variant.ts';

const variantSuffixes = { ORIGINAL: '', PREVIEW: '.preview', THUMBNAIL: '.thumbnail' } as const;

export interface OutputPlace {
  readonly generationId: string;
  readonly attempt: number;
  /** Among the pictures of the generation, from 0. */
  readonly position: number;
}

/** All pictures of a generation, of whatever attempt, have names that start with this. */
export function generationPrefix(generationId: string): string {
  return `g/${generationId}/`;
}

export function originalName({ generationId, attempt, position }: OutputPlace): string {
  return `${generationPrefix(generationId)}${attempt}/${position}`;
}

export interface InputBlob {
  readonly userId: string;
  readonly imageId: string;
}

/**
 * By the row, not by the bytes: a picture that is deleted and sent again at once gets another name, so that the removal
 * of the first cannot take the second away.
 */
export function inputName({ userId, imageId }: InputBlob): string {
  return `${inputPrefix(userId)}${imageId}`;
}

/** All pictures that a user has sent have names that start with this. */
export function inputPrefix(userId: string): string {
  return `i/${userId}/`;
}

export interface ExportBlob {
  readonly userId: string;
  readonly exportId: string;
}

export function exportName({ userId, exportId }: ExportBlob): string {
  return `${exportPrefix(userId)}${exportId}.zip`;
}

/** What a browser is to call it. */
export const exportFileName = 'darkroom-export.zip';

/** All archives of what a user has have names that start with this. */
export function exportPrefix(userId: string): string {
  return `${exportsPrefix}${userId}/`;
}

/** Those of all users. */
export const exportsPrefix = 'x/';

export function variantName(originalName: string, variant: ImageVariant): string {
  return `${originalName}${variantSuffixes[variant]}`;
}

/** The name of the picture that a variant belongs to; that of an original as it is. */
export function withoutVariant(name: string): string {
  return name.replace(/\.(preview|thumbnail)$/, '');
}

/** Every name that there may be for a picture, whether or not it is large enough to have variants. */
export function withVariants(originalName: string): readonly string[] {
  return imageVariants.map((variant) => variantName(originalName, variant));
}

export interface NamedOutput {
  readonly attempt: number;
  readonly position: number;
  readonly variant: ImageVariant;
}

const outputName = /^g\/[^/]+\/(?<attempt>\d+)\/(?<position>\d+)(?:\.(?<variant>preview|thumbnail))?$/;

/** What a name under a generation's prefix stands for; undefined for a name that `originalName` and `variantName` don't make. */
export function toNamedOutput(name: string): NamedOutput | undefined {
  const parts = outputName.exec(name)?.groups;
  if (parts === undefined) return undefined;
  const variant = parts.variant === undefined ? 'ORIGINAL' : parts.variant === 'preview' ? 'PREVIEW' : 'THUMBNAIL';
  return { attempt: Number(parts.attempt), position: Number(parts.position), variant };
}

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const originals = new RegExp(`^(?:g/(?<generationId>${uuid})/\\d+/\\d+|i/${uuid}/${uuid})$`);

/** Whose picture the name of an original says that it is: an input is no generation's. Undefined for a name that is not ours. */
export function toOwner(originalName: string): { readonly generationId: string | null } | undefined {
  const match = originals.exec(originalName);
  return match === null ? undefined : { generationId: match.groups?.generationId ?? null };
}
