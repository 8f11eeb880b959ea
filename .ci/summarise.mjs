// Prints `N passed, N failed, N skipped` from the test report. Exits 1 when a test failed or none ran.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { numPassedTests: passed, numFailedTests: failed, numPendingTests: pending, numTodoTests: todo } = report;
// A file that breaks before its first test has no failed test, but has failed all the same.
const brokenFiles = report.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
).length;
process.stdout.write(`${passed} passed, ${failed + brokenFiles} failed, ${pending + todo} skipped\n`);
process.exit(failed + brokenFiles > 0 || passed === 0 ? 1 : 0);
