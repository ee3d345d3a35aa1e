/** Adds up the JSON reports of the test stages: names what failed and what was left out, then prints the totals. */
import { readFileSync } from 'node:fs';

interface Report {
  testResults: {
    name: string;
    status: string;
    message?: string;
    assertionResults: { status: string; fullName: string }[];
  }[];
}

const reports = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path, 'utf8')) as Report);
if (reports.some(({ testResults }) => testResults.length === 0)) throw new Error('A stage found no tests to run');
const files = reports.flatMap(({ testResults }) => testResults);
const tests = files.flatMap((file) => file.assertionResults.map((test) => ({ ...test, file: file.name })));
const failed = tests.filter((test) => test.status === 'failed');
const leftOut = tests.filter((test) => test.status !== 'failed' && test.status !== 'passed');
// A file that cannot be loaded holds no test, yet it failed.
const broken = files.filter(
  (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
);

for (const test of leftOut) console.log(`left out: ${test.fullName}`);
for (const test of failed) console.log(`FAILED: ${test.fullName} (${test.file})`);
for (const file of broken) console.log(`FAILED to load: ${file.name}\n${file.message ?? ''}`);
const passedCount = tests.filter((test) => test.status === 'passed').length;
const failedCount = failed.length + broken.length;
console.log(`${passedCount} passed, ${failedCount} failed`);
process.exitCode = failedCount > 0 || passedCount === 0 ? 1 : 0;
