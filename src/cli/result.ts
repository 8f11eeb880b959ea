import { resolve } from 'node:path';
import { formatDuration } from './duration.ts';
import { nameFlag } from './refusal.ts';
import type { SavedPicture } from './save-pictures.ts';
import type { Generation } from './schema-types.ts';

export interface Result {
  readonly generation: Generation;
  readonly pictures: readonly SavedPicture[];
  /** Where the pictures can be looked at from now on. */
  readonly linkOf: (picture: SavedPicture) => string;
  /** What is needed for the links to work. */
  readonly linkNote: string;
  /** From the request to the saved pictures. */
  readonly milliseconds: number;
}

/** For programs. */
export function toJson({ generation, pictures, linkOf, milliseconds }: Result): string {
  const { id, status, modelSlug: model, options, warnings, failure } = generation;
  const images = pictures.map((picture) => {
    const { width, height, sizeBytes, sha256, mediaType } = picture;
    return { path: resolve(picture.path), link: linkOf(picture), width, height, sizeBytes, sha256, mediaType };
  });
  return `${JSON.stringify({ id, status, model, seed: options.seed, images, warnings, failure, milliseconds }, null, 2)}\n`;
}

/** For people: what was made. */
export function describePictures({ pictures, linkOf, linkNote, milliseconds }: Result): string {
  const blocks = pictures.map((picture) => {
    const { path, width, height, sizeBytes, seed } = picture;
    const size = `${width}x${height}, ${formatBytes(sizeBytes)}`;
    return [
      `Picture  ${path}`,
      `Link     ${linkOf(picture)}${linkNote}`,
      `Size     ${size}`,
      ...(seed ? [`Seed     ${seed}`] : []),
    ];
  });
  const time = `Time     ${formatDuration(milliseconds)}`;
  return `${[...blocks.slice(0, -1), [...(blocks.at(-1) ?? []), time]].map((lines) => `${lines.join('\n')}\n`).join('\n')}`;
}

/** For people: what did not go as asked for. A line for each. */
export function describeTroubles({ status, warnings, failure }: Generation): readonly string[] {
  const troubles = warnings.map(({ option, message }) => `Warning: ${nameFlag(option, message)}`);
  if (status === 'CANCELLED') return [...troubles, 'Cancelled.'];
  if (failure === null) return troubles;
  const hint = failure.retryable ? ' Trying again may help.' : '';
  return [...troubles, `The generation failed (${failure.code}): ${failure.message}${hint}`];
}

function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
