import type { IncomingHttpHeaders } from 'node:http';

/** Who asks. Every read and write is scoped to them. */
export interface Viewer {
  /** Of the `User` row. */
  readonly id: string;
}

/** Finds out who sent a request. Throws when that is nobody. */
export type Authenticate = (headers: IncomingHttpHeaders) => Promise<Viewer>;
