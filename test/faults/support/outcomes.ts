import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What became of one fault, tried once or more. */
export interface Outcome {
  /** As in the list of faults: `F6`. */
  readonly fault: string;
  readonly what: string;
  readonly tries: number;
  readonly lost: number;
  readonly paidTwice: number;
  /** How long it took until the work went on; null where nothing has to recover. */
  readonly recoverySeconds: number | null;
}

const file = fileURLToPath(new URL('../../../node_modules/.cache/fault-outcomes.jsonl', import.meta.url));

export function forgetOutcomes(): void {
  rmSync(file, { force: true });
}

export function recordOutcome(outcome: Outcome): void {
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify(outcome)}\n`);
}

export function readOutcomes(): readonly Outcome[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}
