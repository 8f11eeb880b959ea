import type { Credentials } from '../../src/accounts/identity.ts';
import { allScopes, type Viewer } from '../../src/accounts/viewer.ts';

interface TestViewer {
  readonly role?: string;
  readonly apiKeyId?: string | undefined;
}

/** A user who may do all that users of this role may. */
export function createTestViewer(id: string, { role = 'USER', apiKeyId }: TestViewer = {}): Viewer {
  const credential = apiKeyId === undefined ? ({ kind: 'local' } as const) : ({ kind: 'api-key', apiKeyId } as const);
  return { id, role: role as Viewer['role'], scopes: allScopes, credential, expiresAt: null };
}

/** `Authorization: Test alice` stands for the user `alice`. */
export function toTestUser({ authorization }: Credentials): string | undefined {
  return /^Test (?<user>[^;]+)/.exec(authorization ?? '')?.groups?.user;
}

/** `Authorization: Test alice;<id>` stands for a key of hers. */
export function toTestKey({ authorization }: Credentials): string | undefined {
  return /;(?<key>.+)$/.exec(authorization ?? '')?.groups?.key;
}
