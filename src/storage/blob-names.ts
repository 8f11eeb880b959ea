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

export function variantName(originalName: string, variant: ImageVariant): string {
  return `${originalName}${variantSuffixes[variant]}`;
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
