import type { Connection } from '../database/database.ts';
import { type OwnLimits, readOwnLimits } from '../database/quota-counter.ts';
import type { QuotaSubject } from '../database/reserve-quota.ts';
import { isLimited, type QuotaLimits, toLimits } from '../domain/quota.ts';
import type { Viewer } from './viewer.ts';

/** Who asks, as far as limits are concerned. */
export type Asker = Pick<Viewer, 'id' | 'credential'>;

/** A user or a key, and what they are held to. */
export interface LimitedSubject {
  readonly subject: QuotaSubject;
  readonly limits: QuotaLimits;
}

/** Whose limits hold for somebody: the user's, then the key's. Counters are locked in this order everywhere. */
export function findLimited(
  { id, credential }: Asker,
  defaults: QuotaLimits,
  own: OwnLimits,
): readonly LimitedSubject[] {
  const user: LimitedSubject = { subject: { kind: 'user', id }, limits: toLimits(defaults, own.user) };
  const subjects = credential.kind === 'api-key' ? [user, toLimitedKey(credential.apiKeyId, own)] : [user];
  return subjects.filter(({ limits }) => isLimited(limits));
}

function toLimitedKey(id: string, own: OwnLimits): LimitedSubject {
  return { subject: { kind: 'api-key', id }, limits: toLimits({}, own.apiKey) };
}

/** The same where nobody has read yet what they have of their own. */
export async function readLimited(
  connection: Connection,
  asker: Asker,
  defaults: QuotaLimits,
): Promise<readonly LimitedSubject[]> {
  const { id: userId, credential } = asker;
  const apiKeyId = credential.kind === 'api-key' ? credential.apiKeyId : null;
  return findLimited(asker, defaults, await readOwnLimits(connection, { userId, apiKeyId }));
}
