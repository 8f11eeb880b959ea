import type { Outcome } from './outcomes.ts';

const columns: Readonly<Record<string, (outcome: Outcome) => string>> = {
  '': ({ fault }) => fault,
  fault: ({ what }) => what,
  tried: ({ tries }) => String(tries),
  lost: ({ lost }) => String(lost),
  'paid twice': ({ paidTwice }) => String(paidTwice),
  'worst recovery, s': ({ recoverySeconds }) => recoverySeconds?.toFixed(1) ?? '',
};

/** One line for each kind of fault, in the order of the list. */
export function toTable(outcomes: readonly Outcome[]): string {
  const kinds = Map.groupBy(outcomes, ({ fault, what }) => `${fault} ${what}`);
  const rows = [...kinds.values()].map(sumUp).toSorted((one, other) => toPlace(one) - toPlace(other));
  const names = Object.keys(columns);
  const cells = rows.map((row) => Object.values(columns).map((toCell) => toCell(row)));
  return [names, names.map(() => '---'), ...cells].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

function sumUp(outcomes: readonly Outcome[]): Outcome {
  const [{ fault, what } = { fault: '', what: '' }] = outcomes;
  const sumOf = (name: 'tries' | 'lost' | 'paidTwice') => outcomes.reduce((sum, outcome) => sum + outcome[name], 0);
  const recoveries = outcomes.flatMap(({ recoverySeconds }) => recoverySeconds ?? []);
  const recoverySeconds = recoveries.length === 0 ? null : Math.max(...recoveries);
  return { fault, what, tries: sumOf('tries'), lost: sumOf('lost'), paidTwice: sumOf('paidTwice'), recoverySeconds };
}

/** What has no number in the list comes last. */
function toPlace({ fault }: Outcome): number {
  return Number(/^F(\d+)$/.exec(fault)?.[1] ?? 1_000);
}
