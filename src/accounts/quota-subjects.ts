import type { LimitedSubject } from '../database/quota-counter.ts';
import type { QuotaLimits } from '../domain/quota.ts';
import type { Viewer } from './viewer.ts';

/** Who asks, as far as limits are concerned. */
export type Asker = Pick<Viewer, 'id' | 'credential'>;

/** Which of the two have limits of their own. */
export interface OwnLimits {
  readonly user: boolean;
  readonly apiKey: boolean;
}

const unknown: OwnLimits = { user: true, apiKey: true };

/**
 * Whose limits may hold for somebody: the user's, then the key's. Counters are locked in this order everywhere. `own` where it is
 * known: who has no limit at all costs no statement.
 */
export function findQuotaSubjects(
  { id, credential }: Asker,
  defaults: QuotaLimits,
  own: OwnLimits = unknown,
): readonly LimitedSubject[] {
  const subjects: LimitedSubject[] = [];
  if (own.user || Object.keys(defaults).length > 0) subjects.push({ subject: { kind: 'user', id }, defaults });
  if (own.apiKey && credential.kind === 'api-key') {
    subjects.push({ subject: { kind: 'api-key', id: credential.apiKeyId }, defaults: {} });
  }
  return subjects;
}
