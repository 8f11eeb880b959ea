import { isAdministrator } from '../accounts/administrator.ts';
import type { Context } from './context.ts';
import { createForbidden } from './forbidden.ts';
import { decodeKey } from './global-ids.ts';

export const ownerDescription = 'Of this user. For administrators alone; default: of who asks.';

/** Whose rows a list shows. Throws FORBIDDEN where a user is named by somebody who is no administrator, whoever it is. */
export function toOwner({ viewer }: Context, user: string | null | undefined): string {
  if (typeof user !== 'string') return viewer.id;
  if (!isAdministrator(viewer)) throw createForbidden(['admin']);
  return decodeKey(user, 'User');
}
