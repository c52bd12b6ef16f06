import { CODE_WORDS, HIDDEN, OTHER_LABEL } from './code-words.js';

// Characters of the text to look into, and of the subject.
const LONGEST = 20_000;
const LONGEST_SUBJECT = 1_000;
// Scripts that write words without spaces between, so that a code may touch them.
const UNSPACED = '(?!\\p{Script=Han}|\\p{Script=Hiragana}|\\p{Script=Katakana}|\\p{Script=Hangul})';
// Digits alone or in two groups, or capitals and digits, alone or in groups. What touches other characters is a part of
// something else.
const CANDIDATE = new RegExp(
  [
    `(?<!${UNSPACED}[\\p{L}\\p{N}_.,:/#+@&=-])`,
    '(?:\\d{4,8}|\\d{3}[ -]\\d{3}|\\d{4}[ -]\\d{4}|[A-Z0-9]{1,6}(?:-[A-Z0-9]{2,6}){1,3}|[A-Z0-9]{4,10}|[a-z0-9]{5,8})',
    `(?!${UNSPACED}[\\p{L}\\p{N}_@%/-]|[.,:]\\d)`,
  ].join(''),
  'gu',
);
// How far from its word a code may stand: in a sentence, and on a line of its own.
const IN_SENTENCE = 60;
const ON_OWN_LINE = 240;
const SENTENCE_END = /[.!?。！？](?:\s|$)|\n\s*\n/;

interface Found {
  code: string;
  /** Characters to its word; less is better. */
  far: number;
}

/**
 * What looks like a one-time code in a message, most likely first: 4 to 8 digits, or groups of letters and digits as
 * `ABC-123`, near a word for it. A guess: years, prices, dates, phone and order numbers are left out as far as they can be
 * recognised. Digits are given without spaces between.
 */
export function findCodes(subject: string, text: string): string[] {
  // The word may stand in the subject alone.
  const found = codesIn(`${subject.slice(0, LONGEST_SUBJECT)}\n${text.slice(0, LONGEST)}`);
  return [...new Set(found.sort((a, b) => a.far - b.far).map(({ code }) => code))];
}

function codesIn(given: string): Found[] {
  const text = HIDDEN.reduce((rest, pattern) => rest.replace(pattern, (whole) => ' '.repeat(whole.length)), given);
  const words = [...text.matchAll(CODE_WORDS)].map(({ index, 0: word }) => ({
    start: index,
    end: index + word.length,
  }));
  if (words.length === 0) return [];
  const found: Found[] = [];
  for (const { 0: written, index } of text.matchAll(CANDIDATE)) {
    if (!/\d/.test(written)) continue;
    const far = distance(text, index, index + written.length, words);
    // A year, and a word in small letters, is a code only when it follows at once.
    const doubtful = /^(?:19|20)\d\d$/.test(written) || /[a-z]/.test(written);
    if (far === undefined || (doubtful && far > 6)) continue;
    found.push({ code: /^[\d ]+$/.test(written) ? written.replace(' ', '') : written, far });
  }
  return found;
}

/** From the nearest word that a code at this place can belong to; undefined when there is none. */
function distance(
  text: string,
  start: number,
  end: number,
  words: { start: number; end: number }[],
): number | undefined {
  const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  const alone = line.trim() === '' && /^[^\S\n]*(?:\n|$)/.test(text.slice(end, end + 40));
  const before = words.findLast((word) => word.end <= start);
  let far: number | undefined;
  if (before) {
    const gap = text.slice(before.end, start);
    const near = alone ? gap.length <= ON_OWN_LINE : gap.length <= IN_SENTENCE && !SENTENCE_END.test(gap);
    if (near && !OTHER_LABEL.test(gap)) far = gap.trim().length;
  }
  const after = words.find((word) => word.start >= end);
  if (after) {
    const gap = text.slice(end, after.start);
    const label = text.slice(Math.max(0, start - 30), start);
    const near = gap.length <= IN_SENTENCE / 2 && !SENTENCE_END.test(gap) && !/[\n:]/.test(gap);
    if (near && !OTHER_LABEL.test(label) && !OTHER_LABEL.test(gap))
      far = Math.min(far ?? Infinity, gap.trim().length + 1);
  }
  return far;
}
