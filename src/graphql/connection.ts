import { resolveCursorConnection } from '@pothos/plugin-relay';
import { createBadInput } from './bad-input.ts';
import { isUuid } from './global-ids.ts';
import { defaultPageSize as defaultSize, maxPageSize as maxSize } from './page-size.ts';

export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** A page of a list that is ordered by id, newest first. */
export interface Page {
  readonly where: { readonly id: { readonly lt?: string; readonly gt?: string } };
  readonly orderBy: { readonly id: 'asc' | 'desc' };
  readonly take: number;
}

/**
 * Pages by comparing ids: as quick on page 5,000 as on the first, and a cursor whose row was deleted still works. Throws
 * BAD_USER_INPUT for sizes out of range and for cursors that are none.
 */
export function resolvePage<Row extends { readonly id: string }>(
  args: PageArguments,
  read: (page: Page) => Promise<readonly Row[]>,
) {
  checkSizes(args);
  return resolveCursorConnection<Promise<readonly Row[]>>(
    { args, defaultSize, maxSize, toCursor: (row) => encodeCursor(row.id) },
    ({ before, after, limit, inverted }) => {
      const older = after === undefined ? {} : { lt: decodeCursor(after) };
      const newer = before === undefined ? {} : { gt: decodeCursor(before) };
      return read({ where: { id: { ...older, ...newer } }, orderBy: { id: inverted ? 'asc' : 'desc' }, take: limit });
    },
  );
}

function checkSizes({ first, last }: PageArguments): void {
  for (const [name, size] of Object.entries({ first, last })) {
    if (size === null || size === undefined) continue;
    if (size < 1 || size > maxSize) throw createBadInput(`“${name}” must be 1 to ${maxSize}.`);
  }
  if (typeof first === 'number' && typeof last === 'number') throw createBadInput('Give “first” or “last”, not both.');
}

function encodeCursor(id: string): string {
  return Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');
}

function decodeCursor(cursor: string): string {
  const hex = Buffer.from(cursor, 'base64url').toString('hex');
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  if (!isUuid(id) || encodeCursor(id) !== cursor) throw createBadInput('This cursor was not given out by this server.');
  return id;
}
