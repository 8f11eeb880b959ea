import type { Actor } from '../database/audit.ts';
import type { Viewer } from './viewer.ts';

interface Origin {
  /** Null where it is not known. */
  readonly address: string | null;
  readonly requestId: string;
}

/** The viewer, as the audit log names who acts. */
export function toActor({ id, credential }: Viewer, { address, requestId }: Origin): Actor {
  const apiKeyId = credential.kind === 'api-key' ? credential.apiKeyId : null;
  return { userId: id, credential: credential.kind, apiKeyId, address, requestId };
}
