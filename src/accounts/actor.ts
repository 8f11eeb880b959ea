import type { AuditEntry } from '../database/insert-audit-entry.ts';
import type { Viewer } from './viewer.ts';

/** Who did something, as the audit log has it. */
export type Actor = Pick<AuditEntry, 'userId' | 'credential' | 'apiKeyId' | 'address' | 'requestId'>;

/** Somebody at the command line of the server. */
export const operator: Actor = {
  userId: null,
  credential: 'operator',
  apiKeyId: null,
  address: null,
  requestId: null,
};

export function toActor({ id, credential }: Viewer, requestId: string): Actor {
  const apiKeyId = credential.kind === 'api-key' ? credential.apiKeyId : null;
  return { userId: id, credential: credential.kind, apiKeyId, address: null, requestId };
}
