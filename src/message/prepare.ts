import { GraphMailError, isGraphMailError } from '../common/errors.js';
import {
  chosenByMessage,
  type MessageHooks,
  messageChoiceNames,
  wrongMessageChoice,
} from '../options/message-options.js';
import type { MessagePatience, SendingChoices, Settings } from '../options/settings.js';
import { shown, shownName } from '../options/shown-value.js';
import type { MailboxSelection } from '../options/types.js';
import { refuseAccess } from './access.js';
import type { ComposedNode } from './compose/compose.js';
import { checkContentStreams } from './compose/content-streams.js';
import { settleDate } from './date.js';
import type { MessagePlan } from './finish.js';
import { chooseMailbox } from './mailbox.js';
import { checkMessageData } from './message-data.js';
import { protectParts } from './protect.js';
import { changedFrom, readAhead, sendersOf } from './read-ahead.js';
import { noRecipients, refuseTooMany } from './recipients.js';

/** The part of Nodemailer's MailMessage that is used here; the object may come from any copy of Nodemailer. */
export interface ComposedMail extends MailboxSelection {
  message: ComposedNode;
}

/** A message and who sends it, before it is composed. */
export interface PreparedMessage extends MessagePlan {
  envelope: { from: string | false; to: string[] };
  /** The bytes, where they had to be read to know the mailbox and cannot be read again. */
  bytes: Buffer | undefined;
  choices: SendingChoices & MessageHooks & { patience?: MessagePatience };
  /** Refuses bytes that would have chosen another mailbox, where they are read a second time. */
  confirm?: (composed: Buffer) => void;
}

/**
 * Settles mailbox and envelope, so that what cannot be sent fails before it waits. Gives a promise only for a raw message
 * whose own From chooses the mailbox, as its bytes must be read for that.
 * @param signal ends that reading
 * @throws GraphMailError `EENVELOPE`, `EMESSAGE`, `ESTREAM`, `EMAXRECIPIENTS`, `ECONFIG`, `EFILEACCESS` or `EURLACCESS`
 */
export function prepareMessage(
  mail: ComposedMail,
  settings: Settings,
  signal?: AbortSignal,
): PreparedMessage | Promise<PreparedMessage> {
  try {
    const raw = Boolean(mail.data.raw);
    const own = ownOptions(mail.data.graph);
    refuseAccess(mail.data, mail.data, settings.mailer);
    checkMessageData(mail.data as Record<string, unknown>);
    protectParts(mail.message, settings.mailer);
    checkContentStreams(mail.message, mail.data.raw);
    if (!raw) settleDate(mail.message);
    const { from, to } = mail.message.getEnvelope();
    const envelopeTo = envelopeRecipients(mail.data, to);
    if (envelopeTo?.length === 0) throw noRecipients();
    refuseTooMany(to, settings.maxRecipients);
    const { delivery, onUnknown, largeMessages } = settings;
    const choices = { delivery, onUnknown, largeMessages, ...chosenByMessage(own) };
    const plan = { raw, envelope: { from, to: [...to] }, envelopeTo, bytes: undefined, choices };
    const choose = (senders: string[], sender: string | undefined) =>
      chooseMailbox(settings, { from: senders, sender, own: own.mailbox, mail });
    if (raw && settings.mailbox === 'from' && own.mailbox === undefined) {
      const chosenBy = (bytes: Buffer) => choose(...sendersOf(bytes));
      return readAhead(mail, settings, signal)
        .then(({ bytes, again }) => {
          const mailbox = chosenBy(bytes);
          const confirm = (composed: Buffer) => {
            if (chosenBy(composed) !== mailbox) throw changedFrom();
          };
          return again ? { ...plan, mailbox, confirm } : { ...plan, mailbox, bytes };
        })
        .catch((cause: unknown) => {
          throw unprepared(cause);
        });
    }
    // Parsed once more by Nodemailer, so only where the answer matters.
    const { from: authors, sender } = settings.mailbox === 'from' ? mail.message.getAddresses() : {};
    return { ...plan, mailbox: choose(authors?.map(({ address }) => address) ?? [], sender?.[0]?.address) };
  } catch (cause) {
    throw unprepared(cause);
  }
}

/** Recipients that the envelope settles, or `undefined` when a raw message's header alone says who gets it. */
export function envelopeRecipients(data: MailboxSelection['data'], to: readonly string[]): string[] | undefined {
  return !data.raw || data.envelope || to.length > 0 ? [...to] : undefined;
}

/** The failure to prepare a message, whatever it was. */
export function unprepared(cause: unknown): GraphMailError {
  if (isGraphMailError(cause)) return cause;
  return new GraphMailError(
    `The message cannot be prepared: ${cause instanceof Error ? cause.message : String(cause)}`,
    {
      code: 'EMESSAGE',
      permanent: true,
      command: 'API',
      cause,
    },
  );
}

/** `graph: { … }` of a message. */
export function ownOptions(value: unknown): Record<string, unknown> {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw ownError(`The message's graph is ${shown(value)}; expected an object.`);
  const known: readonly string[] = ['mailbox', ...messageChoiceNames];
  const own = value as Record<string, unknown>;
  const unknown = Object.keys(own).find((name) => !known.includes(name));
  if (unknown)
    throw ownError(
      `The message's graph has an unknown option ${shownName(unknown)}; it knows '${known.join("', '")}'.`,
    );
  const wrong = wrongMessageChoice(own);
  if (wrong) throw ownError(`The message's graph option ${wrong}`);
  return own;
}

function ownError(message: string): GraphMailError {
  return new GraphMailError(message, { code: 'ECONFIG', permanent: true, command: 'API' });
}
