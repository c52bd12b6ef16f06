// docs/facts.md, the comments that cite it, and the live probes that settle it, held together.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { interactiveQuestions, questions, topics } from '../../src/cli/live/probes.js';
import { root } from '../helpers/run-node.js';

const page = readFileSync(path.join(root, 'docs/facts.md'), 'utf8');

/** The cells of every row of the tables that have this many columns. */
function rowsOf(columns: number): string[][] {
  return page
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    )
    .filter((cells) => cells.length === columns && !/^(?:Id|Source)$/.test(cells[0] ?? ''));
}

const facts = rowsOf(6).map(([id = '', claim = '', mark = '', source = '', code = '', probes = '']) => ({
  id,
  claim,
  mark,
  sources: listed(source),
  paths: listed(code).map((one) => one.replaceAll('`', '')),
  probes: probes === '—' ? [] : listed(probes),
}));
const sources = rowsOf(3).map(([key = '', what = '', day = '']) => ({ key, what, day }));
const probes = [...topics.flatMap(({ cases }) => [...cases]), ...questions, ...interactiveQuestions];

function listed(cell: string): string[] {
  return cell.split(',').map((one) => one.trim());
}

const CITATION = /\(facts? ([a-z]+-\d+(?:, [a-z]+-\d+)*)\)/g;

/** The ids that a file cites, in the one form that there is. */
function citedIn(text: string): string[] {
  // A long list goes on in the next line of its comment.
  const flat = text.replaceAll(/\n\s*(?:\*|\/\/) ?/g, ' ');
  return [...flat.matchAll(CITATION)].flatMap(([, ids = '']) => listed(ids));
}

const sourceFiles = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => path.posix.join('src', file.split(path.sep).join('/')));
/** Pages name a row in a comment that nobody sees, where no code hangs on it. */
const pages = readdirSync(path.join(root, 'docs'))
  .filter((file) => file.endsWith('.md') && file !== 'facts.md')
  .map((file) => `docs/${file}`);
const cited = new Map(
  [...sourceFiles, ...pages].map((file) => [file, citedIn(readFileSync(path.join(root, file), 'utf8'))]),
);

describe('docs/facts.md', () => {
  test('has many rows, each with an id of its own, a claim and a mark', () => {
    expect(facts.length).toBeGreaterThan(80);
    expect(new Set(facts.map(({ id }) => id)).size).toBe(facts.length);
    for (const { id, claim, mark } of facts) {
      expect(id).toMatch(/^[a-z]+-\d+$/);
      expect(claim, id).not.toBe('');
      expect(mark, id).toMatch(/^(?:documented|reported|inferred)$/);
    }
  });

  test('has a source for each row, and a day for each source', () => {
    const known = new Set(sources.map(({ key }) => key));
    expect(known.size).toBe(sources.length);
    for (const { id, sources: given } of facts) {
      for (const one of given) expect(known, `${id}: source ${one}`).toContain(one);
    }
    for (const { key, what, day } of sources) {
      expect(what, key).not.toBe('');
      expect(day, key).toMatch(/^2026-\d\d-\d\d$/);
    }
    const used = new Set(facts.flatMap(({ sources: given }) => given));
    expect(sources.filter(({ key }) => !used.has(key))).toEqual([]);
  });

  test('calls documented or reported only what somebody documents or reports', () => {
    // Neither is a page that can be looked up.
    const nowhere = ['NONE-FOUND', 'NEWS-2026-11'];
    for (const { id, mark, sources: given } of facts.filter(({ mark: one }) => one !== 'inferred')) {
      expect(
        given.filter((one) => !nowhere.includes(one)),
        `${id} is ${mark}`,
      ).not.toEqual([]);
    }
  });

  test('names code that is there and cites the row', () => {
    for (const { id, paths } of facts) {
      for (const file of paths) {
        expect(existsSync(path.join(root, file)), `${id}: ${file}`).toBe(true);
        expect(cited.get(file), `${file} does not cite ${id}`).toContain(id);
      }
    }
  });

  test('has a row for all that is cited, which names the file', () => {
    for (const [file, ids] of cited) {
      for (const id of ids) {
        const row = facts.find((one) => one.id === id);
        expect(row?.paths, `${id}, cited in ${file}`).toContain(file);
      }
    }
  });

  test('is cited in one form only', () => {
    for (const [file] of cited) {
      const text = readFileSync(path.join(root, file), 'utf8').replaceAll(/\n\s*(?:\*|\/\/) ?/g, ' ');
      const mentions = [...text.matchAll(/\bfacts? [a-z]+-\d+/g)].length;
      expect([...text.matchAll(CITATION)].length, file).toBe(mentions);
      expect(text, file).not.toContain('facts.md#');
    }
  });

  test('names live probes that are there, and that name the row', () => {
    for (const { id, probes: named } of facts) {
      for (const one of named) {
        const probe = probes.find((other) => other.id === one);
        expect(probe?.facts, `${id}: ${one}`).toContain(id);
      }
    }
  });

  test('has a row for each live probe, which names it', () => {
    expect(new Set(probes.map(({ id }) => id)).size).toBe(probes.length);
    for (const { id, facts: settled } of probes) {
      expect(settled, id).not.toEqual([]);
      for (const one of settled) {
        expect(facts.find((row) => row.id === one)?.probes, `${one}: ${id}`).toContain(id);
      }
    }
  });

  test('claims no run against Microsoft', () => {
    expect(page).toContain('Nothing here was tried against Microsoft by the authors.');
    expect(page).not.toMatch(
      /\b(?:verified|confirmed|proved|tested) (?:against|with|by) (?:Microsoft|the (?:real )?service)/i,
    );
  });
});
