import type { TestCase, TestModule } from 'vitest/node';

declare module 'vitest' {
  interface TaskMeta {
    /** How many attempts a test makes, where it is more than one. */
    attempts?: number;
  }
}

/** What was attempted, and how often it came to nothing. */
export interface AttemptRow {
  readonly what: string;
  readonly attempts: number;
  readonly refused: number;
}

/** One row for each group of tests; a file without groups is one. */
export function countAttempts(modules: readonly TestModule[]): readonly AttemptRow[] {
  return modules.flatMap((module) => {
    const tests = [...module.children.allTests()];
    const groups = Map.groupBy(tests, (test) => toGroup(test, module));
    return [...groups].map(([what, members]) => ({
      what,
      attempts: sumOf(members),
      refused: sumOf(members.filter((test) => test.result().state === 'passed')),
    }));
  });
}

/** The outermost `describe` that a test stands in. */
function toGroup(test: TestCase, module: TestModule): string {
  let group: string | undefined;
  for (let { parent } = test; parent.type === 'suite'; parent = parent.parent) group = parent.name;
  return group ?? module.relativeModuleId.replace(/^.*\/|\.test\.ts$/g, '').replaceAll('-', ' ');
}

function sumOf(tests: readonly TestCase[]): number {
  return tests.reduce((sum, test) => sum + (test.meta().attempts ?? 1), 0);
}
