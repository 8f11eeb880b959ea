import { type QuotaLimits, quotaKinds } from './quota.ts';
import { type InputIssue, InvalidInput } from './user-errors.ts';

const maxCount = 1_000_000_000;
const wholeNumber = /^\d{1,10}$/;
const usd = /^\d{1,6}(\.\d{1,6})?$/;

/** What may be wished for as limits: counts up to 1,000,000,000 and USD below 1,000,000. Throws `InvalidInput`. */
export function checkQuota(limits: QuotaLimits): QuotaLimits {
  const issues = quotaKinds.flatMap((kind): readonly InputIssue[] => {
    const limit = limits[kind];
    if (limit === undefined || limit === null) return [];
    if (kind.startsWith('USD') ? usd.test(limit) : wholeNumber.test(limit) && Number(limit) <= maxCount) return [];
    const message = kind.startsWith('USD')
      ? 'It is USD from 0 to below 1,000,000, with at most six places.'
      : 'It is a whole number from 0 to 1,000,000,000.';
    return [{ path: ['quota', toField(kind)], message }];
  });
  if (issues.length > 0) throw new InvalidInput(issues);
  return limits;
}

/** As clients know it: `USD_PER_DAY` is `usdPerDay`. */
function toField(kind: string): string {
  return kind.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
