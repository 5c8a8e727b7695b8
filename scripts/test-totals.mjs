// Prints `PASSED FAILED` of a vitest JSON report. A file that could not be loaded counts as one failure, and so does a test
// that did not run: what is not checked is not passed.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
const passed = tests.filter(({ status }) => status === 'passed').length;
const unloaded = report.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
).length;
const failed = tests.length - passed + unloaded;
console.log(`${passed} ${failed + (tests.length === 0 && failed === 0 ? 1 : 0)}`);
