import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { root } from '../helpers/run-node.js';
import { allRefusalHints, troubleshootingTables, withTables } from './tables.js';

const file = path.join(root, 'docs/troubleshooting.md');
let tables: Record<string, string>;
beforeAll(async () => {
  tables = await troubleshootingTables();
});

test('the page has the tables as the program makes them (npm run docs writes them)', async () => {
  await expect(withTables(readFileSync(file, 'utf8'), tables)).toMatchFileSnapshot(file);
});

test('it has every hint that a refusal of Graph can have', () => {
  const hints = allRefusalHints();
  expect(hints.size).toBeGreaterThan(15);
  for (const hint of hints) expect(tables.refusals).toContain(hint.replaceAll('|', '\\|').replaceAll('<', '&lt;'));
});

test('every command tells its exit codes, and what they mean', () => {
  for (const column of [1, 2, 3, 4]) {
    const meanings = (tables.exits ?? '')
      .split('\n')
      .slice(2)
      .map((row) => row.split(' | ')[column] ?? '');
    expect(meanings.filter((text) => /[a-z]{4}/.test(text)).length).toBeGreaterThan(3);
  }
});

test('it has every way in which a journal can fail', () => {
  const source = readFileSync(path.join(root, 'src/bulk/common/errors.ts'), 'utf8');
  const [, union = ''] = /export type JournalErrorCode = ([^;]+);/.exec(source) ?? [];
  const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code]) => code);
  expect(codes.length).toBeGreaterThan(4);
  for (const code of codes) expect(readFileSync(file, 'utf8')).toContain(`| \`JournalError\` | \`${code}\` |`);
});
