import type { Bar, Measurement, Row } from './benchmark.ts';
import { median } from './measure.ts';

/** What the runs found for one row, and whether that is enough. */
export interface Result {
  readonly row: Row;
  readonly runs: readonly Measurement[];
}

const head = ['what', 'bar', 'median', 'runs', 'p99', 'ceiling', 'ratio', 'server CPU', ''];

/** A Markdown table, aligned for people. */
export function toTable(results: readonly Result[]): string {
  const lines = [head, ...results.map(toCells)];
  const widths = head.map((_, column) => Math.max(3, ...lines.map((cells) => cells[column]?.length ?? 0)));
  const format = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  const [first = head, ...rest] = lines;
  return [format(first), rule, ...rest.map(format)].join('\n');
}

/** What each ceiling is, one line each. */
export function toLegend(rows: readonly Row[]): string {
  const ceilings = rows.flatMap(({ what, ceiling }) => (ceiling === undefined ? [] : [`- ${what}: ${ceiling}`]));
  return ['Ceilings:', ...ceilings].join('\n');
}

function toCells({ row, runs }: Result): readonly string[] {
  const { unit } = row;
  const values = runs.map(({ value }) => value);
  const p99s = runs.flatMap(({ p99 }) => p99 ?? []);
  const ceilings = runs.flatMap(({ ceiling }) => ceiling ?? []);
  const ratios = runs.flatMap(({ value, ceiling }) => (ceiling === undefined ? [] : [value / ceiling]));
  const server = runs.flatMap(({ serverMilliseconds }) => serverMilliseconds ?? []);
  return [
    row.what,
    row.bar === undefined ? '' : describeBar(row.bar, unit),
    withUnit(median(values), unit),
    values.map(toDigits).join(' '),
    p99s.length === 0 ? '' : withUnit(median(p99s), 'ms'),
    ceilings.length === 0 ? '' : withUnit(median(ceilings), unit),
    ratios.length === 0 ? '' : `${toDigits(median(ratios))}x`,
    server.length === 0 ? '' : `${toDigits(median(server))} ms`,
    row.bar === undefined ? '' : judge(row.bar, median(values), p99s.length === 0 ? 0 : median(p99s)),
  ];
}

function describeBar(bar: Bar, unit: Row['unit']): string {
  const value = 'atLeast' in bar ? `≥ ${bar.atLeast}` : `≤ ${bar.atMost}`;
  const p99 = bar.p99AtMost === undefined ? '' : `, p99 ≤ ${bar.p99AtMost} ms`;
  return `${value} ${unit}${p99}`;
}

function judge(bar: Bar, value: number, p99: number): 'ok' | 'below' {
  const holds = 'atLeast' in bar ? value >= bar.atLeast : value <= bar.atMost;
  return holds && p99 <= (bar.p99AtMost ?? Number.POSITIVE_INFINITY) ? 'ok' : 'below';
}

function withUnit(value: number, unit: Row['unit']): string {
  return `${toDigits(value)} ${unit}`;
}

function toDigits(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
