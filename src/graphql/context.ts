import { openViewerDatabase } from '../accounts/administrator.ts';
import { toActor } from '../accounts/to-actor.ts';
import type { Viewer } from '../accounts/viewer.ts';
import { type Audit, createAudit } from '../database/audit.ts';
import type { ViewerDatabase } from '../database/viewer-scope.ts';
import type { GenerationDependencies } from '../generations/dependencies.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** What every resolver gets. */
export interface Context {
  readonly viewer: Viewer;
  /** In the log beside everything that goes wrong. */
  readonly requestId: string;
  /** Where the client comes from, as far as proxies that we trust say so. */
  readonly clientAddress: string;
  /** Of this server as the client reaches it, without a slash at its end. */
  readonly baseUrl: string;
  /** Aborts when the client has left. */
  readonly signal: AbortSignal;
  /** Aborts when this process stops: nobody is kept waiting any more. */
  readonly closing: AbortSignal;
  /** Reads what the viewer may read, nothing else. */
  readonly database: ViewerDatabase;
  readonly services: GenerationDependencies;
  /** Writes down what the viewer does. */
  readonly audit: Audit;
  readonly loaders: Loaders;
}

export interface Request {
  readonly viewer: Viewer;
  readonly requestId: string;
  readonly clientAddress: string;
  readonly baseUrl: string;
  readonly signal: AbortSignal;
  readonly closing: AbortSignal;
}

export function createContext(services: GenerationDependencies, request: Request): Context {
  const database = openViewerDatabase(services.database, request.viewer);
  const audit = createAudit(services, toActor(request.viewer, request));
  return { ...request, services, database, audit, loaders: createLoaders(services, request.viewer) };
}
