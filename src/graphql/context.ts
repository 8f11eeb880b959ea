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
  /** Aborts when the client has left. */
  readonly signal: AbortSignal;
  /** Aborts when this process stops: nobody is kept waiting any more. */
  readonly closing: AbortSignal;
  /** Reads what is the viewer's, nothing else. */
  readonly database: ViewerDatabase;
  readonly services: GenerationDependencies;
  /** Writes down what the viewer does. */
  readonly audit: Audit;
  readonly loaders: Loaders;
}

export interface Request {
  readonly viewer: Viewer;
  /** Where it came from; null where that is not known. */
  readonly address: string | null;
  readonly requestId: string;
  readonly signal: AbortSignal;
  readonly closing: AbortSignal;
}

export function createContext(services: GenerationDependencies, request: Request): Context {
  const database = services.database.forViewer(request.viewer.id);
  const audit = createAudit(services, toActor(request.viewer, request));
  return { ...request, services, database, audit, loaders: createLoaders(services, request.viewer) };
}
