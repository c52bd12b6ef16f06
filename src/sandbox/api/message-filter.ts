import { checkFields, type Kind, type Kinds } from '../checks/check-fields.js';
import * as is from '../checks/kinds.js';
import type { Submission } from '../model/submission.js';
import type { MessageContent } from './sandbox-message.js';

/**
 * Which messages; all that is given must fit. Addresses are whole ones, in any letter case, and the subject is the whole
 * one, so that a test cannot pass by another message. The search of the inbox page and of `/api/messages` is a different
 * one: it looks for parts, in any letter case.
 */
export interface MessageFilter {
  /** Primary address of the mailbox that sent it. */
  mailbox?: string;
  /** An address that it goes to, in To, Cc or Bcc. */
  to?: string;
  /** Means the same as `to`. */
  recipient?: string;
  /** An address in From. */
  from?: string;
  /** With or without angle brackets. */
  messageId?: string;
  /** The whole decoded subject, or an expression that finds something in it. */
  subject?: string | RegExp;
  /** A part of the text, or an expression that finds something in it; of a message without text, of its HTML. */
  text?: string | RegExp;
}

/** How to recognise messages: by what is cheap to read first, then by the body. */
export interface Matcher {
  head: (submission: Submission) => boolean;
  body?: (content: MessageContent) => boolean;
  /** Whether what `head` answers for a message may change after it came. */
  changes?: boolean;
  /** Finishes the sentence "no message …". */
  words: string;
}

const textOrExpression: Kind = {
  expected: 'text or a regular expression',
  accepts: (value) => typeof value === 'string' || value instanceof RegExp,
};

export const FILTER: Kinds<MessageFilter> = {
  mailbox: is.text,
  to: is.text,
  recipient: is.text,
  from: is.text,
  messageId: is.text,
  subject: textOrExpression,
  text: textOrExpression,
};

/** Throws an Error that names the field when the filter is wrong: one that is misspelt would fit every message. */
export function filterMatcher(what: string, filter: MessageFilter): Matcher {
  checkFields(what, filter, FILTER);
  const { mailbox, to, recipient, from, messageId, subject, text } = filter;
  return {
    head: (submission) => {
      const { message } = submission;
      const { envelope } = message;
      const goesTo = (address: string): boolean => envelope.recipients.some((one) => same(one.address, address));
      return (
        (mailbox === undefined || same(submission.mailbox.address, mailbox)) &&
        (to === undefined || goesTo(to)) &&
        (recipient === undefined || goesTo(recipient)) &&
        (from === undefined || envelope.from.some((one) => same(one.address, from))) &&
        (messageId === undefined || bare(message.messageId) === bare(messageId)) &&
        (subject === undefined ||
          (typeof subject === 'string' ? message.subject === subject : finds(subject, message.subject)))
      );
    },
    ...(text !== undefined && {
      body: (content) => {
        const whole = content.text ?? content.html ?? '';
        return typeof text === 'string' ? whole.includes(text) : finds(text, whole);
      },
    }),
    words: words(filter),
  };
}

/** As ` to "ana@example.com" with subject /code/`. */
function words(filter: MessageFilter): string {
  const { mailbox, to, recipient, from, messageId, subject, text } = filter;
  const parts: [before: string, value: string | RegExp | undefined][] = [
    ['from the mailbox', mailbox],
    ['from', from],
    ['to', to ?? recipient],
    ['with Message-ID', messageId],
    ['with subject', subject],
    ['with text', text],
  ];
  return parts
    .filter((part): part is [string, string | RegExp] => part[1] !== undefined)
    .map(([before, value]) => ` ${before} ${typeof value === 'string' ? JSON.stringify(value) : value}`)
    .join('');
}

/** `test` of an expression with the flag g or y goes on where it stopped the last time. */
function finds(expression: RegExp, text: string): boolean {
  expression.lastIndex = 0;
  return expression.test(text);
}

/** In any letter case. */
export function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** A Message-ID without its angle brackets. */
export function bare(messageId: string): string {
  return messageId.replace(/^<|>$/g, '');
}
