import { withoutVariant } from '../storage/blob-names.ts';
import type { InputDependencies } from './dependencies.ts';

type Dependencies = Pick<InputDependencies, 'images' | 'findFile'>;

/**
 * The name of the picture that a URL of our own storage leads to, signed or not, or a link to this server, signed and not over;
 * undefined for a URL of anybody else. A smaller variant stands for its picture.
 */
export function findOwnBlobName({ images, findFile }: Dependencies, url: URL): string | undefined {
  // Under whatever name this server was asked: what we have signed is ours.
  const file = findFile?.(url.pathname);
  if (file !== undefined) return withoutVariant(file.name);
  const container = new URL('.', images.link('any', { minimumSeconds: 3600 }).href);
  if (url.host !== container.host || !url.pathname.startsWith(container.pathname)) return undefined;
  return withoutVariant(decodePath(url.pathname.slice(container.pathname.length)));
}

/** As it is where it cannot be decoded: no blob of ours has such a name. */
function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
