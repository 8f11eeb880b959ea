import type { AuditedAttempt, AuditedGeneration } from './audited-generations.ts';
import type { Fleet } from './fleet.ts';
import type { Ledger } from './ledger.ts';

interface OrderProblems {
  readonly problems: readonly string[];
  readonly paidTwice: number;
}

const billing: readonly string[] = ['runpod', 'nebius'];

/**
 * What vendors took against what was wanted: one order for each picture. What was taken and brought nothing is told as such:
 * by an attempt that is UNKNOWN, and by OUTCOME_UNKNOWN where the whole generation failed by it.
 */
export function findOrderProblems(
  { ledger, removed }: Pick<Fleet, 'ledger' | 'removed'>,
  generations: readonly AuditedGeneration[],
): OrderProblems {
  const billed = generations.filter(({ provider }) => billing.includes(provider));
  const groups = [...Map.groupBy(billed, ({ prompt }) => prompt)];
  const countRemoved = (prompt: string) => [...removed.values()].filter((one) => one === prompt).length;
  const excesses = groups.map(([prompt, group]) => {
    const wanted = group.reduce((sum, { count }) => sum + count, countRemoved(prompt));
    return { prompt, excess: ledger.count('accepted', prompt) - wanted };
  });
  const paidTwice = excesses.filter(({ excess }) => excess > 0);
  const unrecorded = groups.flatMap(([prompt, group]) => {
    const attempts = group.flatMap(({ attempts }) => attempts).length + countRemoved(prompt);
    return ledger.count('accepted', prompt) > attempts ? [`${prompt}: a vendor took an unrecorded order.`] : [];
  });
  return {
    problems: [
      ...paidTwice.map(({ prompt, excess }) => `${prompt}: ${excess} orders too many were taken.`),
      ...unrecorded,
      ...billed.flatMap(findUnflagged),
    ],
    paidTwice: paidTwice.reduce((sum, { excess }) => sum + excess, 0),
  };
}

function findUnflagged({ prompt, status, failureCode, attempts }: AuditedGeneration): readonly string[] {
  const open = attempts.filter(({ outcome }) => outcome === 'RUNNING');
  const how = `the generation is ${status}, ${failureCode}`;
  const problems = open.map(({ number }) => `${prompt}: attempt ${number} has not ended; ${how}.`);
  const isUnknown = attempts.some(isCutOff) && status === 'FAILED';
  if (isUnknown && failureCode !== 'OUTCOME_UNKNOWN' && failureCode !== 'QUARANTINED') {
    return [...problems, `${prompt} was cut off, but failed with ${failureCode}.`];
  }
  return problems;
}

function isCutOff({ outcome, kind }: AuditedAttempt): boolean {
  return outcome === 'UNKNOWN' && kind === 'GENERATE';
}

/** The generation's cost is that of its attempts, and that of its attempts is what vendors wrote down. */
export function findCostProblems(ledger: Ledger, generations: readonly AuditedGeneration[]): readonly string[] {
  const sums = generations.flatMap(({ prompt, costUsd, attempts }) => {
    const sum = sumOf(attempts.map((attempt) => attempt.costUsd));
    return isEqual(costUsd, sum) ? [] : [`${prompt} cost ${costUsd}, and its attempts ${sum}.`];
  });
  const succeeded = generations.filter(({ status, provider }) => status === 'SUCCEEDED' && billing.includes(provider));
  const told = succeeded.flatMap(({ prompt, attempts, costUsd }) => {
    if (attempts.some(isCutOff) || generations.filter((other) => other.prompt === prompt).length > 1) return [];
    const billedUsd = findBilledUsd(ledger, prompt);
    return isEqual(costUsd, billedUsd) ? [] : [`${prompt} cost ${costUsd}, but ${billedUsd} was billed.`];
  });
  return [...sums, ...told];
}

/** Handing a result out again costs nothing. */
function findBilledUsd(ledger: Ledger, prompt: string): number | null {
  const deliveries = ledger.entries.filter((entry) => entry.kind === 'delivered' && entry.prompt === prompt);
  const jobs = new Map(deliveries.map((entry, index) => [entry.jobId ?? index, entry.costUsd ?? null]));
  return sumOf([...jobs.values()]);
}

function sumOf(costs: readonly (number | null)[]): number | null {
  const known = costs.filter((cost) => cost !== null);
  return known.length === 0 ? null : known.reduce((sum, cost) => sum + cost, 0);
}

function isEqual(one: number | null, other: number | null): boolean {
  return Math.abs((one ?? 0) - (other ?? 0)) < 1e-6;
}
