import { finding, type PreflightFinding } from './finding.js';
import type { MailView } from './mail-view.js';

/** Finds what a message asks of SMTP that Microsoft Graph cannot do. */
export function checkSmtpFeatures({ mail, envelope, header }: MailView): PreflightFinding[] {
  const { dsn, auth, requireTLSExtensionEnabled, dkim } = mail.data;
  const { mailer } = mail as { mailer?: { dkim?: unknown } };
  const signed =
    header && 'fields' in header.read && header.read.fields.some(({ name }) => name.toLowerCase() === 'dkim-signature');
  const findings: PreflightFinding[] = [];
  if (dkim || mailer?.dkim || signed) {
    findings.push(
      finding(
        'dkim',
        'The message is signed with DKIM. Exchange may rewrite what the signature covers, which breaks it, and signs with the key of the tenant. Set up DKIM for the domain in Microsoft 365 and leave it out here.',
      ),
    );
  }
  if (dsn || envelope.dsn) {
    findings.push(
      finding(
        'dsn',
        "The message asks for delivery status notifications (dsn), which cannot be asked of Microsoft Graph: bounces come to the mailbox's Inbox, successes are not reported. Leave dsn out, or keep this mail on SMTP.",
      ),
    );
  }
  if (requireTLSExtensionEnabled) {
    findings.push(
      finding(
        'require-tls',
        'The message asks for TLS on the whole way (requireTLSExtensionEnabled), which cannot be asked of Microsoft Graph. Use a connector or a mail flow rule of Exchange for such mail, or keep it on SMTP.',
      ),
    );
  }
  if (auth) {
    findings.push(
      finding(
        'message-auth',
        'The message brings its own auth, which is not used: the application signs in, for every mailbox that it may use. Name the mailbox with graph: { mailbox } in the message, and list it in allowedMailboxes.',
      ),
    );
  }
  return findings;
}
