import type { Address } from '../mail/address-list.js';
import type { Submission } from '../model/submission.js';
import { ApiRefusal, nearestName } from './api-routes.js';
import type { Matcher } from './message-filter.js';
import type { Messages } from './messages.js';

const STATUSES = ['accepted', 'unconfirmed', 'bounced'];
const NAMES = ['to', 'from', 'subject', 'mailbox', 'messageId', 'status', 'q'];

/**
 * The search of a query: parts of the head, in any letter case; all that is given must fit. Empty parameters count as not
 * given. Throws a refusal for an unknown parameter (`others` are known as well) and for an invalid status.
 */
export function searchMatcher(query: URLSearchParams, messages: Messages, others: readonly string[]): Matcher {
  checkNames(query, [...NAMES, ...others]);
  const given = (name: string): string | undefined => query.get(name)?.toLowerCase() || undefined;
  const [to, from, subject, mailbox, messageId] = ['to', 'from', 'subject', 'mailbox', 'messageId'].map(given);
  const status = given('status');
  const hasStatus = status === undefined ? undefined : statusMatcher(status, messages);
  const words = given('q')?.split(/\s+/).filter(Boolean) ?? [];
  const searches = [to, from, subject, mailbox, messageId, ...words].some((part) => part !== undefined);
  return {
    head: (submission) => {
      if (!searches) return hasStatus === undefined || hasStatus(submission);
      const text = searchText(submission);
      return (
        (to === undefined || text.to.includes(to)) &&
        (from === undefined || text.from.includes(from)) &&
        (subject === undefined || text.subject.includes(subject)) &&
        (mailbox === undefined || text.mailbox.includes(mailbox)) &&
        (messageId === undefined || text.messageId.includes(messageId)) &&
        words.every((word) => Object.values(text).some((part) => part.includes(word))) &&
        (hasStatus === undefined || hasStatus(submission))
      );
    },
    changes: status !== undefined,
    words: [...query]
      .filter(([name, value]) => NAMES.includes(name) && value !== '')
      .map(([name, value]) => ` with ${name} ${JSON.stringify(value)}`)
      .join(''),
  };
}

function statusMatcher(status: string, { store, timelines }: Messages): (submission: Submission) => boolean {
  if (STATUSES.includes(status)) return (submission) => timelines.status(submission) === status;
  if (/^[1-5]\d\d$/.test(status)) return timelines.answeredWith(Number(status), () => store.list());
  throw new ApiRefusal(400, `"status" is "${status}", expected ${STATUSES.join(', ')} or an HTTP status.`);
}

/**
 * Throws a refusal for a parameter that is unknown, or given twice: a search that is misspelt would fit every
 * message, and one that leaves out a part too many.
 */
export function checkNames(query: URLSearchParams, known: readonly string[]): void {
  for (const name of query.keys()) {
    if (!known.includes(name)) throw new ApiRefusal(400, `"${name}" is unknown. ${nearestName(name, known)}`);
    if (query.getAll(name).length > 1) throw new ApiRefusal(400, `"${name}" is given more than once.`);
  }
}

interface SearchText {
  subject: string;
  to: string;
  from: string;
  mailbox: string;
  messageId: string;
}

const texts = new WeakMap<Submission, SearchText>();

/** In small letters, and made once per message: a search of thousands must not decode their headers again. */
function searchText(submission: Submission): SearchText {
  const known = texts.get(submission);
  if (known) return known;
  const { message, mailbox } = submission;
  const { from, to, cc, bcc } = message.envelope;
  const text = {
    subject: message.subject.toLowerCase(),
    to: written([...to, ...cc, ...bcc]),
    from: written(from),
    mailbox: mailbox.address.toLowerCase(),
    messageId: message.messageId.toLowerCase(),
  };
  texts.set(submission, text);
  return text;
}

function written(addresses: readonly Address[]): string {
  return addresses
    .map(({ name, address }) => `${name} ${address}`)
    .join('\n')
    .toLowerCase();
}
