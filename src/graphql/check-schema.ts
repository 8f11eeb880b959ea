import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findBreaks, printSortedSchema } from './printed-schema.ts';

const file = 'schema.graphql';
const root = fileURLToPath(new URL('../../', import.meta.url));

/** What clients have today. Undefined where there is no git, or where no commit has a schema. */
function readCommitted(): string | undefined {
  try {
    return execFileSync('git', ['show', `HEAD:./${file}`], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return undefined;
  }
}

/** What is wrong, in sentences. */
function findProblems(committed: string | undefined): readonly string[] {
  const stale = readFileSync(`${root}${file}`, 'utf8') !== printSortedSchema();
  const breaks = committed === undefined ? [] : findBreaks(committed);
  return [
    ...(stale ? [`${file} is stale: run “npm run schema”.`] : []),
    ...breaks.map((description) => `This breaks clients of the committed ${file}: ${description}`),
  ];
}

const committed = readCommitted();
if (committed === undefined) process.stdout.write(`No committed ${file} to compare with: only staleness is checked.\n`);
const problems = findProblems(committed);
for (const problem of problems) process.stderr.write(`${problem}\n`);
if (problems.length > 0) process.exitCode = 1;
