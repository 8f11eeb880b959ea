import type { ViewerDatabase, ViewerScopes } from '../database/viewer-scope.ts';
import type { Viewer } from './viewer.ts';

/** Whether they look after everybody's. The scope keeps keys that an administrator gives to programs from doing so. */
export function isAdministrator({ role, scopes }: Pick<Viewer, 'role' | 'scopes'>): boolean {
  return role === 'ADMIN' && scopes.has('MANAGE');
}

/** Whether they read what this user owns. */
export function mayRead(viewer: Viewer, ownerId: string): boolean {
  return viewer.id === ownerId || isAdministrator(viewer);
}

/** Reads what they may read. */
export function openViewerDatabase(database: ViewerScopes, viewer: Viewer): ViewerDatabase {
  return isAdministrator(viewer) ? database.forAdministrator(viewer.id) : database.forViewer(viewer.id);
}
