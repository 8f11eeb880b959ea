import type { Credentials } from '../../src/accounts/identity.ts';
import { allScopes, type Viewer } from '../../src/accounts/viewer.ts';

/** A user who may do all that users may. */
export function createTestViewer(id: string): Viewer {
  return { id, role: 'USER', scopes: allScopes, credential: { kind: 'local' }, expiresAt: null };
}

/** `Authorization: Test alice` stands for the user `alice`. */
export function toTestUser({ authorization }: Credentials): string | undefined {
  return /^Test (?<user>.+)$/.exec(authorization ?? '')?.groups?.user;
}
