import { isGraphMailError } from '../common/errors.js';

/** How much a finding weighs: Graph would not take the mail, would send it otherwise, or it is good to know. */
export type PreflightSeverity = 'refused' | 'changed' | 'note';

/** What a finding of each kind tells besides its words. */
export interface PreflightFindingData {
  /** The mailbox cannot be chosen, or is not among `allowedMailboxes`. */
  'mailbox-refused': unknown;
  /** A field of the message has a value that Nodemailer or Graph could not be given. */
  'data-refused': unknown;
  /** There is no From, and none can be written for it. */
  'from-missing': unknown;
  /** Letters outside ASCII before the `@`: what Graph makes of them is not documented. (fact send-17) */
  'non-ascii-address': { addresses: string[] };
  /** To, Cc, Bcc or From occurs twice, or two readers could understand it in two ways. */
  'unclear-address-field': { field: string };
  'no-recipients': unknown;
  /** More than `maxRecipients`. */
  'too-many-recipients': { recipients: number };
  /** The header names recipients that the envelope leaves out; Graph has no envelope and would send to them. */
  'envelope-leaves-out': { addresses: string[] };
  /** A request for it would be larger than Graph takes. Sizes are estimates, in bytes. */
  'too-large': { mime: number; request: number; heaviest: PartSize[] };
  /** A raw message that does not begin with a header. */
  'unreadable-header': unknown;
  /** It fits into no request, and goes out as a draft; `uploaded` are its attachments that go up by themselves. */
  'sent-in-parts': { mime: number; request: number; uploaded: PartSize[] };
  /** Exchange may deny, replace or allow such a From; reports differ. (fact from-1) */
  'from-not-mailbox': { from: string[]; mailbox: string };
  /** There is no From: the transport writes the mailbox's address into it. */
  'from-added': { mailbox: string };
  /** The envelope has recipients that no header field names; they become Bcc. */
  'envelope-adds': { addresses: string[] };
  /** The envelope's sender is another than From: bounces go to the mailbox instead. */
  'envelope-from': { envelopeFrom: string | false };
  /** More than Exchange takes unless the mailbox is set otherwise. */
  'many-recipients': { recipients: number };
  /** Header fields that Exchange is reported to drop, or writes itself. */
  'header-dropped': { headers: string[] };
  /** A DKIM signature is at risk. */
  dkim: unknown;
  /** Delivery status notifications cannot be asked for. */
  dsn: unknown;
  /** `requireTLSExtensionEnabled` (RFC 8689) cannot be asked for. */
  'require-tls': unknown;
  /** Credentials of this message alone; the application's are used instead. */
  'message-auth': unknown;
  /** Header fields that are reported to vanish in mailboxes that have not seen them. (fact header-3) */
  'custom-headers': { headers: string[] };
  /** What Exchange makes of a Sender other than the mailbox is not known. (fact header-9) */
  'sender-header': { sender: string };
  /** From is in `onmicrosoft.com`, from where an organisation reaches 100 recipients outside in 24 hours. */
  'onmicrosoft-sender': { from: string };
  'nearly-too-large': { mime: number; request: number; heaviest: PartSize[] };
  /** Streams, URLs and plugins that rewrite the message: their size is not known before they are read. */
  'size-unknown': { mime: number; request: number; parts: string[] };
  /** A raw message given as stream, file or URL: it is not opened, so its header was not checked. */
  'raw-not-checked': unknown;
  /** The check itself failed. The mail was sent by SMTP all the same. */
  'preflight-failed': unknown;
}

/** What a finding is about. */
export type PreflightKind = keyof PreflightFindingData;

/** One thing about one mail that would be different with Graph. */
export type PreflightFinding = {
  [Kind in PreflightKind]: {
    kind: Kind;
    severity: PreflightSeverity;
    /** What it is and what to do, in plain words. */
    message: string;
  } & (unknown extends PreflightFindingData[Kind] ? object : PreflightFindingData[Kind]);
}[PreflightKind];

/** One part of a message and its bytes before encoding. */
export interface PartSize {
  name: string;
  size: number;
}

/** What becomes of a mail as a whole; `'unchecked'` where nothing was found but not everything could be looked at. */
export type PreflightVerdict = 'refused' | 'changed' | 'unchecked' | 'clean';

/** What was found out about one mail. It holds addresses and the subject, and nothing of the body. */
export interface PreflightEntry {
  /** Message-ID, as it stands in the header; `undefined` when the check failed before it was read. */
  messageId: string | undefined;
  subject: string | undefined;
  /** The envelope's sender. */
  from: string | undefined;
  /** The mailbox that would send. */
  mailbox: string | undefined;
  /** How many would get it, each counted once; `undefined` where that cannot be told from a raw message. */
  recipients: number | undefined;
  /** Estimated bytes of MIME of everything whose size is known. */
  size: number | undefined;
  /** What becomes of the mail as a whole. */
  verdict: PreflightVerdict;
  /** Everything that would be different; empty when nothing would. */
  findings: PreflightFinding[];
}

interface KindFacts {
  severity: PreflightSeverity;
  /** As a heading over several mails. */
  title: string;
  /** Whether something about the mail remains open, so that it must not be called clean. */
  open?: true;
}

/** Every kind, the weightiest first. */
export const KINDS: Record<PreflightKind, KindFacts> = {
  'mailbox-refused': { severity: 'refused', title: 'Mailbox that may not be used' },
  'data-refused': { severity: 'refused', title: 'Message data that the transport refuses' },
  'from-missing': { severity: 'refused', title: 'No From' },
  'non-ascii-address': { severity: 'refused', title: 'Letters outside ASCII before the @' },
  'unclear-address-field': { severity: 'refused', title: 'Address field that cannot be understood' },
  'no-recipients': { severity: 'refused', title: 'No recipients' },
  'too-many-recipients': { severity: 'refused', title: 'More recipients than maxRecipients allows' },
  'envelope-leaves-out': { severity: 'refused', title: 'Envelope leaves out recipients of the header' },
  'too-large': { severity: 'refused', title: 'Too large' },
  'unreadable-header': { severity: 'refused', title: 'Raw message without a readable header' },
  'sent-in-parts': { severity: 'changed', title: 'Too large for one request: sent in parts' },
  'from-not-mailbox': { severity: 'changed', title: 'From is not the mailbox' },
  'from-added': { severity: 'changed', title: 'No From: the mailbox is written into it' },
  'envelope-adds': { severity: 'changed', title: 'Recipients of the envelope alone become Bcc' },
  'envelope-from': { severity: 'changed', title: 'Bounces go to the mailbox, not to the envelope sender' },
  'many-recipients': { severity: 'changed', title: 'More than 500 recipients' },
  'header-dropped': { severity: 'changed', title: 'Header fields that Exchange drops or replaces' },
  dkim: { severity: 'changed', title: 'DKIM signature at risk' },
  dsn: { severity: 'changed', title: 'Delivery status notifications are not available' },
  'require-tls': { severity: 'changed', title: 'REQUIRETLS is not available' },
  'message-auth': { severity: 'changed', title: 'Credentials of single messages are not used' },
  'custom-headers': { severity: 'note', title: 'Custom header fields' },
  'sender-header': { severity: 'note', title: 'Sender is not the mailbox' },
  'onmicrosoft-sender': { severity: 'note', title: 'From is in onmicrosoft.com' },
  'nearly-too-large': { severity: 'note', title: 'Nearly too large' },
  'size-unknown': { severity: 'note', title: 'Size not known beforehand', open: true },
  'raw-not-checked': { severity: 'note', title: 'Raw message that was not opened', open: true },
  'preflight-failed': { severity: 'note', title: 'The check itself failed', open: true },
};

/** The heaviest of `findings`. */
export function verdictOf(findings: readonly PreflightFinding[]): PreflightVerdict {
  if (findings.some(({ severity }) => severity === 'refused')) return 'refused';
  if (findings.some(({ severity }) => severity === 'changed')) return 'changed';
  return findings.some(({ kind }) => KINDS[kind].open) ? 'unchecked' : 'clean';
}

type DataOf<Kind extends PreflightKind> = unknown extends PreflightFindingData[Kind]
  ? []
  : [data: PreflightFindingData[Kind]];

/** Makes a finding. */
export function finding<Kind extends PreflightKind>(
  kind: Kind,
  message: string,
  ...[data]: DataOf<Kind>
): PreflightFinding {
  return { kind, severity: KINDS[kind].severity, message, ...(data as object | undefined) } as PreflightFinding;
}

/** What an error says and advises, in one text. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const hint = isGraphMailError(error) ? error.hint : undefined;
  return hint === undefined ? error.message : `${error.message} ${hint}`;
}
