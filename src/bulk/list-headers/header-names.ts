import { shownName } from '../../options/shown-value.js';
import { quote } from '../common/errors.js';

// Written by the composing of a message, by its own options, or by the servers on its way. In extra headers they would
// stand there twice, address more people, or forge a trace.
const reserved: ReadonlySet<string> = new Set([
  'from',
  'sender',
  'to',
  'cc',
  'bcc',
  'apparently-to',
  'subject',
  'date',
  'message-id',
  'mime-version',
  'return-path',
  'received',
  'delivered-to',
  'authentication-results',
  'dkim-signature',
]);
const reservedBeginnings = ['content-', 'resent-', 'arc-'];

// RFC 5322 §2.2: printable ASCII without the colon; no reader is known that takes the odd ones.
const token = /^[a-z][\w!#$%&'*+.^`|~-]*$/i;

/** Why an extra header cannot have this name, or undefined if it can. */
export function headerNameProblem(name: string): string | undefined {
  if (!token.test(name)) return `a header ${shownName(name)} is no name of a header`;
  const lower = name.toLowerCase();
  if (reserved.has(lower) || reservedBeginnings.some((beginning) => lower.startsWith(beginning))) {
    return `${quote(name)} cannot be given as an extra header: it is written from the message itself`;
  }
  return undefined;
}
