import { quote } from '../common/errors.js';
import { headerTextProblem } from '../common/header-safety.js';

const written = ['inReplyTo', 'references', 'xMailer', 'baseBoundary', 'boundaryPrefix'] as const;

/**
 * Checks options of a message that Nodemailer writes into headers: some of its versions as they stand, line breaks and all.
 * @throws Error with what is wrong, after "the message"
 */
export function checkHeaderOptions(message: Readonly<Record<string, unknown>>): void {
  for (const name of written) {
    for (const value of [message[name]].flat()) {
      if (typeof value === 'string') checkAscii(quote(name), value);
    }
  }
  checkList(message.list);
}

/** `list: { unsubscribe: 'https://…', help: { url, comment }, … }`, or lists of these. */
function checkList(list: unknown): void {
  if (list === undefined || list === null) return;
  if (typeof list !== 'object') throw new Error('has a "list" that is no object');
  for (const [name, entries] of Object.entries(list)) {
    const where = `"list" with ${quote(name)}`;
    if (!/^[a-z][a-z-]*$/i.test(name.trim())) throw new Error(`has a ${where}, which is no name of a header`);
    for (const entry of [entries].flat(Number.POSITIVE_INFINITY) as unknown[]) {
      const { url, comment } = (typeof entry === 'string' ? { url: entry } : (entry ?? {})) as Record<string, unknown>;
      if (typeof url !== 'string') throw new Error(`has a ${where} that is no address`);
      checkAscii(where, url);
      if (comment !== undefined && comment !== null) checkText(where, String(comment));
    }
  }
}

function checkText(what: string, text: string): void {
  const problem = headerTextProblem(text);
  if (problem) throw new Error(`has a ${what} that ${problem}`);
}

/** Nodemailer does not encode these. */
function checkAscii(what: string, text: string): void {
  checkText(what, text);
  if (!/^[ -~]*$/.test(text)) throw new Error(`has a ${what} that is not ASCII`);
}
