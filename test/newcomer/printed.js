// What a newcomer finds to paste: in the pages, and in what a command printed.
import { readFileSync } from 'node:fs';

const PROGRAM = 'npx nodemailer-graph-transport';

/**
 * The section under a heading of a page, with its subsections: `commands`, each line of its `sh` blocks, and `files`, every
 * other block, by the last name in backticks before it. A name must have a point in it, as those of files have.
 */
export function sectionOf(page, heading) {
  const lines = readFileSync(page, 'utf8').split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (start < 0) throw new Error(`${page} has no heading "${heading}"`);
  const depth = lines[start].indexOf(' ');
  const commands = [];
  const files = new Map();
  let name;
  let block;
  for (const line of lines.slice(start + 1)) {
    if (block === undefined) {
      const level = /^#+ /.exec(line)?.[0].length - 1;
      if (level <= depth) break;
      const opening = /^```(\w+)/.exec(line);
      if (opening) block = { language: opening[1], lines: [] };
      else name = [...line.matchAll(/`([\w/-]+\.\w+)`/g)].at(-1)?.[1] ?? name;
    } else if (line === '```') {
      if (block.language === 'sh') commands.push(...joined(block.lines));
      else if (name !== undefined) files.set(name, `${block.lines.join('\n')}\n`);
      name = undefined;
      block = undefined;
    } else block.lines.push(line);
  }
  return { commands, files };
}

/**
 * The commands in what a program printed: lines that begin with `npx nodemailer-graph-transport`, indented or not, and end
 * where the line ends, or with the next one where it ends with a backslash.
 */
export function printedCommands(output) {
  return joined(output.split('\n')).filter((line) => line.startsWith(`${PROGRAM} `));
}

/** The first of some commands that begins with these words of the program, such as `bulk resume`. */
export function commandFor(commands, words) {
  const command = commands.find((line) => `${line} `.startsWith(`${PROGRAM} ${words} `));
  if (command === undefined) throw new Error(`there is no command "${words}" to paste`);
  return command;
}

function joined(lines) {
  return lines
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
