import type { Actor } from '../database/audit.ts';
import type { Viewer } from './viewer.ts';

interface Origin {
  readonly clientAddress: string;
  readonly requestId: string;
}

/** The viewer, as the audit log names who acts. */
export function toActor({ id, credential }: Viewer, { clientAddress: address, requestId }: Origin): Actor {
  const apiKeyId = credential.kind === 'api-key' ? credential.apiKeyId : null;
  return { userId: id, credential: credential.kind, apiKeyId, address, requestId };
}

/** Somebody at the command line of the server. */
export const operator: Actor = {
  userId: null,
  credential: 'operator',
  apiKeyId: null,
  address: null,
  requestId: null,
};
