import { findExportByToken } from '../database/user-exports.ts';
import type { GenerationDependencies } from '../generations/dependencies.ts';
import { exportName } from '../storage/blob-names.ts';
import { type Exchange, isRead } from './exchange.ts';

export const exportsPath = '/exports/';
const path = /^\/exports\/(?<token>[\w-]{43})$/;
/** As often as it is worth asking whether an archive is whole. */
const retrySeconds = 2;
/** Long enough to follow a redirect: who comes later asks here again. */
const linkSeconds = 300;

type Dependencies = Pick<GenerationDependencies, 'database' | 'images' | 'clock'>;

/** Leads to the archive that a link stands for. Whatever is wrong with a link, the answer is the same. */
export async function answerExport(
  { database, images, clock }: Dependencies,
  { request, response }: Pick<Exchange, 'request' | 'response'>,
  answerNothing: () => void,
): Promise<void> {
  const token = isRead(request) ? path.exec(request.url ?? '')?.groups?.token : undefined;
  if (token === undefined) return answerNothing();
  const found = await findExportByToken(database.pool, { token, at: new Date(clock.now()) });
  if (found === undefined) return answerNothing();
  response.setHeader('cache-control', 'no-store');
  if (found.finishedAt === null) {
    response.writeHead(202, { 'retry-after': String(retrySeconds), 'content-type': 'text/plain' });
    response.end('The archive is being made. Try again in a moment.\n');
    return;
  }
  const name = exportName({ userId: found.userId, exportId: found.id });
  response.writeHead(302, { location: images.link(name, { minimumSeconds: linkSeconds }).href }).end();
}
