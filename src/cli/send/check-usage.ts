import { UsageError } from '../common/exit-codes.js';
import type { SendFlags } from './send-flags.js';

/** Flags that a whole MIME message has answered already. */
const ofTheMail = ['to', 'cc', 'bcc', 'from', 'replyTo', 'subject', 'text', 'html', 'attach', 'header'] as const;

/**
 * @param word what stands without a flag
 * @throws UsageError for flags that contradict each other, or that leave nothing to send
 */
export function checkUsage(word: string | undefined, flags: SendFlags): void {
  if (word !== undefined && word !== '-') {
    throw new UsageError(`"${word}" is not understood: only - may stand without a flag, for a text from stdin.`);
  }
  const given = ofTheMail.filter((name) => flags[name] !== undefined).map(flagOf);
  if (flags.raw !== undefined) {
    const others = [...given, ...(word === undefined ? [] : ['-'])];
    if (others.length === 0) return;
    throw new UsageError(`--raw is a whole mail with its own header and recipients: leave out ${others.join(', ')}.`);
  }
  if (!flags.to && !flags.cc && !flags.bcc) {
    throw new UsageError('Nobody would get this mail: give --to, --cc or --bcc.');
  }
  if (word !== undefined && flags.text !== undefined) {
    throw new UsageError('--text and - both give the text: leave one of them out.');
  }
  if (word === undefined && flags.text === undefined && flags.html === undefined && !flags.attach) {
    throw new UsageError('The mail is empty: give --text, --html, --attach, or - for a text from stdin.');
  }
}

function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
