import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { misconfigurationTable } from './misconfiguration-table.js';
import { misconfigurations } from './misconfigurations.js';

const page = readFileSync(new URL('../../../docs/doctor.md', import.meta.url), 'utf8');

test('the documentation has the table of misconfigurations as it is tested', () => {
  const [, table] = /<!-- misconfigurations -->\n([\s\S]*?)\n<!-- end -->/.exec(page) ?? [];
  expect(table).toBe(misconfigurationTable());
});

test('no misconfiguration stands there twice', () => {
  const names = misconfigurations.map(({ what }) => what);
  expect(new Set(names).size).toBe(names.length);
});
