import type { IncomingMessage, ServerResponse } from 'node:http';
import { openViewerDatabase } from '../accounts/administrator.ts';
import { type ImageVariant, imageVariants } from '../domain/image-variant.ts';
import type { GenerationDependencies } from '../generations/dependencies.ts';
import { decodeKey } from '../graphql/global-ids.ts';
import { toBlobName } from '../graphql/image-links.ts';
import { authenticate, type Door, toCredentials } from './authentication.ts';
import { createForbidden } from './client-errors.ts';

const linkSeconds = 3_600;
/** Shorter than the link works, so that a redirect from a cache never leads to an expired one. */
const cacheSeconds = linkSeconds / 2;

const path = /^\/images\/(?<id>[\w-]{1,100})\/(?<variant>original|preview|thumbnail)$/;

export interface PermalinkQuestion {
  readonly id: string;
  readonly variant: ImageVariant;
}

/** Undefined for a path that is no permalink. */
export function parsePermalink(pathname: string): PermalinkQuestion | undefined {
  const parts = path.exec(pathname)?.groups;
  const variant = imageVariants.find((known) => known.toLowerCase() === parts?.variant);
  return parts?.id === undefined || variant === undefined ? undefined : { id: parts.id, variant };
}

interface PermalinkDependencies extends Door {
  readonly services: GenerationDependencies;
}

interface PermalinkExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
}

/** Redirects to a fresh signed link; 404 for a picture that there is not, and for somebody else's. */
export async function answerPermalink(
  { services, ...door }: PermalinkDependencies,
  { request, response, requestId }: PermalinkExchange,
  { id, variant }: PermalinkQuestion,
): Promise<void> {
  const credentials = toCredentials(request, door.settings.origins);
  const viewer = await authenticate(door, { request, requestId, credentials });
  if (!viewer.scopes.has('READ')) throw createForbidden('This needs the scope READ.');
  const database = openViewerDatabase(services.database, viewer);
  const image = await database.image.findUnique({ where: { id: decodeKey(id, 'Image') } });
  if (image === null) {
    response.writeHead(404, { 'content-type': 'text/plain', 'cache-control': 'no-store' }).end('No such picture.\n');
    return;
  }
  const { href } = services.images.link(toBlobName(image, variant), { minimumSeconds: linkSeconds });
  response.writeHead(302, { location: href, 'cache-control': `private, max-age=${cacheSeconds}` }).end();
}
