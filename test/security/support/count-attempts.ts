import type { TestCase, TestModule } from 'vitest/node';

declare module 'vitest' {
  interface TaskMeta {
    /** How many attempts a test makes, where it is not one. */
    attempts?: number;
  }
}

/** What was attempted, and how often it came to nothing. */
export interface AttemptRow {
  readonly what: string;
  readonly attempts: number;
  readonly refused: number;
}

/** One row for each file, by its name. */
export function countAttempts(modules: readonly TestModule[]): readonly AttemptRow[] {
  const rows = modules.map((module) => {
    const tests = [...module.children.allTests()];
    return {
      what: module.relativeModuleId.replace(/^.*\/|\.test\.ts$/g, '').replaceAll('-', ' '),
      attempts: sumOf(tests),
      refused: sumOf(tests.filter((test) => test.result().state === 'passed')),
    };
  });
  return rows.toSorted((one, other) => one.what.localeCompare(other.what));
}

function sumOf(tests: readonly TestCase[]): number {
  return tests.reduce((sum, test) => sum + (test.meta().attempts ?? 1), 0);
}
