import { mimeLimit } from '../message/compose/encodings.js';
import { checkMessageData } from '../message/message-data.js';
import { checkHeaderFields } from './check-header-fields.js';
import { checkMailboxChoice, checkSender } from './check-mailbox.js';
import { checkEnvelopeAlone, checkRecipients } from './check-recipients.js';
import { checkSize } from './check-size.js';
import { checkSmtpFeatures } from './check-smtp-features.js';
import { errorText, finding, type PreflightEntry, type PreflightFinding, verdictOf } from './finding.js';
import { type PreflightMail, viewMail } from './mail-view.js';
import { type MeasuredMessage, type MessageSize, measure } from './message-size.js';
import type { PreflightSettings } from './options.js';

/** A mail that was read and checked, all but the sizes of its files. */
export interface CheckedMail {
  size: MeasuredMessage;
  /** The report, once the sizes are known. */
  entry(size: MessageSize): PreflightEntry;
}

/** Reads a mail without touching it, and finds what Graph would refuse or send otherwise. */
export function checkMail(mail: PreflightMail, settings: PreflightSettings): CheckedMail {
  const view = viewMail(mail, mimeLimit(settings.maxRequestSize));
  const { header, envelope, envelopeTo } = view;
  const { mailbox, findings } = checkMailboxChoice(view, settings);
  const data = refusedData(mail);
  if (data) findings.push(data);
  let recipients: number | undefined;
  if (!header) {
    findings.push(...checkEnvelopeAlone(envelopeTo, settings.maxRecipients), notOpened());
    recipients = envelopeTo?.length;
  } else if ('fault' in header.read) {
    findings.push(unreadable(header.read.fault));
  } else {
    const { fields } = header.read;
    const checked = checkRecipients(fields, envelopeTo, settings.maxRecipients);
    findings.push(...checkSender(view, fields, mailbox), ...checked.findings);
    findings.push(...checkHeaderFields(fields));
    recipients = checked.recipients;
  }
  findings.push(...checkSmtpFeatures(view));
  return {
    size: measure(view.node, header?.length ?? 0, !view.mail.data.disableFileAccess),
    entry(size) {
      const all = [...findings, ...checkSize(view, size, settings)];
      return {
        messageId: view.messageId,
        subject: view.subject,
        from: envelope.from || view.senders?.from[0],
        mailbox,
        recipients,
        size: size.mime,
        verdict: verdictOf(all),
        findings: all,
      };
    },
  };
}

/** By the transport's own check, which works on a copy. */
function refusedData({ data }: PreflightMail): PreflightFinding | undefined {
  try {
    checkMessageData({ ...data });
    return undefined;
  } catch (error) {
    return finding('data-refused', errorText(error));
  }
}

function notOpened(): PreflightFinding {
  return finding(
    'raw-not-checked',
    'The raw message is given as a stream, a file or a URL, which is not opened here: whether its header names the right From and recipients was not checked. Give it as a string or Buffer to have it checked.',
  );
}

function unreadable(fault: string): PreflightFinding {
  return finding(
    'unreadable-header',
    `The raw message does not begin with a header that can be read: ${fault}. Give raw messages as RFC 5322 text: header fields, an empty line, the body.`,
  );
}
