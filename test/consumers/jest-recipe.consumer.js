// The recipe in examples/testing for Jest, as it is copied into an application; and mail under Jest's fake timers.
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const examples = path.resolve(import.meta.dirname, '../../examples/testing');
const modules = path.join(import.meta.dirname, 'node_modules');

/** Runs the tests of a file with Jest, in a folder of their own. */
async function jest(file, ...others) {
  const folder = mkdtempSync(path.join(tmpdir(), 'jest-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  // Jest 29 finds no tests in files that end in .cjs.
  cpSync(file, path.join(folder, 'jest.test.js'));
  for (const other of others) cpSync(other, path.join(folder, path.basename(other)));
  writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
  symlinkSync(modules, path.join(folder, 'node_modules'));
  const results = path.join(folder, 'results.json');
  const args = ['node_modules/jest/bin/jest.js', '--json', `--outputFile=${results}`];
  await new Promise((resolve) => execFile(process.execPath, args, { cwd: folder }, resolve));
  const { numPassedTests, numTotalTests, testResults } = JSON.parse(readFileSync(results, 'utf8'));
  expect(testResults.map(({ message }) => message)).toEqual(['']);
  expect({ numPassedTests, numTotalTests }).toEqual({ numPassedTests: 3, numTotalTests: 3 });
}

it('the recipe for Jest passes', () =>
  jest(path.join(examples, 'jest.test.cjs'), path.join(examples, 'sign-in-mail.cjs')));

it(
  "mail is sent under Jest's fake timers",
  () => jest(path.join(import.meta.dirname, 'jest-fake-timers.cjs')),
  200_000,
);
