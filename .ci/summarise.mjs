// Prints `N passed, N failed, N skipped` over all of these test reports. Exits 1 when a test failed, or when one of them ran none.
import { readFileSync } from 'node:fs';

const counts = process.argv.slice(2).map((path) => {
  const report = JSON.parse(readFileSync(path, 'utf8'));
  // A file that breaks before its first test has no failed test, but has failed all the same.
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles,
    skipped: report.numPendingTests + report.numTodoTests,
  };
});
const sum = (name) => counts.reduce((total, count) => total + count[name], 0);
process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped\n`);
process.exit(sum('failed') > 0 || counts.some(({ passed }) => passed === 0) ? 1 : 0);
