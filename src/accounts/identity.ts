import type { Viewer } from './viewer.ts';

/** What somebody showed: in headers, and over a socket in the parameters of the connection. */
export interface Credentials {
  /** For example `Bearer dk_…`. */
  readonly authorization?: string | undefined;
  /** Undefined where cookies prove nothing, since any page may have sent them. */
  readonly cookie?: string | undefined;
}

/** Tells who people are, for HTTP, SSE, sockets and pictures alike. */
export interface Identity {
  /** Throws `Unauthenticated` when the credentials are nobody's, are over, or were taken back. */
  authenticate(credentials: Credentials): Promise<Viewer>;
  /** Of those who were let in before, the ones whose key was revoked or expired, or whose account was disabled or deleted. */
  findUnwelcome(viewers: readonly Viewer[]): Promise<readonly Viewer[]>;
}
