import type { FaultRule } from './fault-rule.js';

/** What a rule can ask about a request; read only when one asks. */
export interface FaultSubject {
  /** Address and object id of the mailbox, lower case. */
  readonly mailbox: readonly string[];
  /** Of the messages that the request is about, lower case. */
  readonly recipients: readonly string[];
  /** Of the messages that the request is about, decoded. */
  readonly subjects: readonly string[];
  /** Tells the attempts at one message from another message. */
  readonly message: string;
}

/** Whether a request is about what the rule names. */
export function matches(rule: FaultRule, about: FaultSubject | undefined): boolean {
  const { mailbox, recipient, recipientDomain, subject, subjectContains } = rule;
  const asked = mailbox ?? recipient ?? recipientDomain ?? subject ?? subjectContains;
  if (asked === undefined) return true;
  if (about === undefined) return false;
  return (
    (mailbox === undefined || about.mailbox.includes(mailbox.toLowerCase())) &&
    (recipient === undefined || about.recipients.includes(recipient.toLowerCase())) &&
    (recipientDomain === undefined ||
      about.recipients.some((one) => one.endsWith(`@${recipientDomain.toLowerCase()}`))) &&
    (subject === undefined || about.subjects.includes(subject)) &&
    (subjectContains === undefined || about.subjects.some((one) => contains(one, subjectContains)))
  );
}

function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}
