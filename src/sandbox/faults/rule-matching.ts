import type { FaultRule, FaultTarget } from './fault-rule.js';

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

type Field = keyof FaultRule;

const OF_MESSAGES: readonly Field[] = ['recipient', 'recipientDomain', 'subject', 'subjectContains'];
const OF_ENTRA: readonly Field[] = ['mailbox', ...OF_MESSAGES, 'claimsChallenge', 'delivered'];

/** The fields of a rule that each target cannot have. */
const WITHOUT: Readonly<Record<FaultTarget, readonly Field[]>> = {
  sendMail: ['aadsts'],
  token: OF_ENTRA,
  discovery: OF_ENTRA,
  createDraft: ['aadsts'],
  sendDraft: ['aadsts'],
  addAttachment: ['aadsts'],
  createUploadSession: ['aadsts'],
  uploadChunk: ['claimsChallenge', 'aadsts'],
  lookup: ['delivered', 'aadsts'],
  deleteDraft: ['drip', 'aadsts'],
  messageTrace: ['mailbox', ...OF_MESSAGES, 'delivered', 'aadsts'],
};

const WITHOUT_BODY: readonly FaultTarget[] = ['discovery', 'sendDraft', 'lookup', 'deleteDraft', 'messageTrace'];

export const TARGETS = Object.keys(WITHOUT) as FaultTarget[];

export function isTarget(name: string): name is FaultTarget {
  return Object.hasOwn(WITHOUT, name);
}

/** The first field of the rule that this target cannot have. */
export function unfitField(rule: FaultRule, target: FaultTarget): Field | undefined {
  const unfit = WITHOUT[target].find((name) => rule[name] !== undefined && rule[name] !== false);
  if (unfit !== undefined) return unfit;
  return rule.reset === 'mid-body' && WITHOUT_BODY.includes(target) ? 'reset' : undefined;
}

/** The targets that can have the value of this field. */
export function targetsWith(rule: FaultRule, name: Field): FaultTarget[] {
  const only = { on: 'any', [name]: rule[name] } as FaultRule;
  return TARGETS.filter((target) => unfitField(only, target) === undefined);
}

/** To what the rule is applied; `'any'` stands for all that it fits. */
export function targetsOf(rule: FaultRule): ReadonlySet<FaultTarget> {
  const { on } = rule;
  if (on === 'any') return new Set(TARGETS.filter((target) => unfitField(rule, target) === undefined));
  return new Set(typeof on === 'string' ? [on] : on);
}

/** Whether it is applied on the head of a request, before the message is known. */
export function appliesEarly({ reset }: FaultRule): boolean {
  return reset === 'before-body' || reset === 'mid-body';
}
