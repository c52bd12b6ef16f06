import { messageOf, quote } from '../common/errors.js';

interface Fault {
  line: number;
  /** What the parser read last, and what it met then. */
  read: string;
  expected: string;
  met: string;
}

/** Why a source is no template, in a sentence that begins with the line: Handlebars tells it in the words of its grammar. */
export function syntaxProblem(error: unknown, source: string): string {
  const message = messageOf(error);
  const [, line, shown = '', caret = '', expected = '', met = ''] =
    /^Parse error on line (\d+):\n([^\n]*)\n(-*)\^\nExpecting (.*), got '(.*)'$/s.exec(message) ?? [];
  if (line !== undefined) {
    const read = shown.slice(0, caret.length).replace(/^\.\.\./, '');
    return sentence({ line: Number(line), read, expected, met }, source);
  }
  const [, lexical] = /^Lexical error on line (\d+)\./.exec(message) ?? [];
  if (lexical !== undefined) return `line ${lexical}: a comment {{!-- is never closed: --}} is missing`;
  const [, opened, closed, at] = /^(.*) doesn't match (.*) - (\d+):\d+$/.exec(message) ?? [];
  if (at !== undefined) return `line ${at}: {{#${opened}}} is closed by {{/${closed}}}, and not by {{/${opened}}}`;
  const [, path, where] = /^Invalid path: (.*) - (\d+):\d+$/.exec(message) ?? [];
  if (where !== undefined) return `line ${where}: ${quote(path ?? '')} is not a name that can be looked up`;
  return message;
}

function sentence(fault: Fault, source: string): string {
  const { line, expected, met } = fault;
  const at = `line ${line}: `;
  // Between blocks and text, where a template might also end.
  const outside = expected.includes("'EOF'");
  if (met === 'EOF') return unclosedBlock(source) ?? `${at}the template ends too early`;
  if (outside && met === 'OPEN_ENDBLOCK')
    return `${at}${tagAt(fault, source) ?? '{{/…}}'} closes a block that was never opened`;
  if (outside) return `${at}{{else}} stands outside of a block such as {{#if …}} … {{/if}}`;
  if (met === 'CLOSE' && expected.includes("'CLOSE_UNESCAPED'")) return `${at}{{{ is closed by }}, and not by }}}`;
  if (met === 'CLOSE_UNESCAPED') return `${at}{{ is closed by }}}, and not by }}`;
  const tag = tagAt(fault, source);
  if (tag === undefined) return `${at}a {{ is never closed: }} is missing`;
  if (/[=&|<>]/.test(tag.slice(3)) && /^\{\{~?#/.test(tag)) {
    return `${at}${quote(tag)} cannot be read. A comparison is written {{#if (eq column "value")}}`;
  }
  const name = /^\{\{([^[\]{}]+)\}\}$/.exec(tag)?.[1]?.trim();
  if (name === undefined || name === '') return `${at}${quote(tag)} cannot be read as a name or a helper`;
  return `${at}${quote(tag)} cannot be read. If ${quote(name)} is a column, write {{[${name}]}}`;
}

/** The tag that a fault is in; undefined where it has no end before the next one begins. */
function tagAt({ line, read }: Fault, source: string): string | undefined {
  const lines = source.split('\n');
  const before = lines.slice(0, line - 1).reduce((length, one) => length + one.length + 1, 0);
  const place = (lines[line - 1] ?? '').indexOf(read);
  const from = source.lastIndexOf(
    '{{',
    place === -1 ? before + (lines[line - 1]?.length ?? 0) : before + place + read.length,
  );
  if (from === -1) return undefined;
  const end = source.indexOf('}}', from);
  const next = source.indexOf('{{', from + 2);
  return end === -1 || (next !== -1 && next < end) ? undefined : source.slice(from, end + 2);
}

const comment = String.raw`\{\{!--[\s\S]*?--\}\}|\{\{![\s\S]*?\}\}`;
const blockTag = new RegExp(String.raw`${comment}|\{\{~?\s*([#^/])\s*([>*]?)\s*([^\s}~]*)`, 'g');

/** The last block that is opened and not closed. */
function unclosedBlock(source: string): string | undefined {
  const open: { tag: string; name: string; line: number }[] = [];
  for (const { 1: sign, 2: kind, 3: name = '', index } of source.matchAll(blockTag)) {
    if (sign === '/') open.pop();
    else if (sign !== undefined && name !== '') {
      open.push({ tag: `{{${sign}${kind}${name}}}`, name, line: source.slice(0, index).split('\n').length });
    }
  }
  const last = open.at(-1);
  return last && `line ${last.line}: ${last.tag} is never closed: {{/${last.name}}} is missing`;
}
