import type { LimitedSubject } from '../database/quota-counter.ts';
import type { QuotaLimits } from '../domain/quota.ts';
import type { Viewer } from './viewer.ts';

/** Who asks, as far as limits are concerned. */
export type Asker = Pick<Viewer, 'id' | 'credential'>;

/** Whose limits hold for somebody: the user's, then the key's. Counters are locked in this order everywhere. */
export function findQuotaSubjects({ id, credential }: Asker, defaults: QuotaLimits): readonly LimitedSubject[] {
  const user: LimitedSubject = { subject: { kind: 'user', id }, defaults };
  if (credential.kind !== 'api-key') return [user];
  return [user, { subject: { kind: 'api-key', id: credential.apiKeyId }, defaults: {} }];
}

/** Whether somebody without limits of their own can be under some. */
export function mayBeLimited({ credential }: Asker, defaults: QuotaLimits): boolean {
  return credential.kind === 'api-key' || Object.keys(defaults).length > 0;
}
