import { createTransport, type SendMailOptions, type Transport } from 'nodemailer';
import { composeBody } from '../../message/body.js';
import type { ComposedMail } from '../../message/common/types.js';
import { prepareMessage } from '../../message/prepare.js';
import { settleOptions } from '../../options/check-options.js';
import type { SendingChoices, Settings } from '../../options/settings.js';
import type { PreflightFinding } from '../../preflight/finding.js';
import { graphPreflight } from '../../preflight/preflight.js';

/** A mail as it would go up. */
export interface DryRun {
  mime: Buffer;
  mailbox: string;
  messageId: string;
  from: string;
  recipients: string[];
  /** Bytes of HTTP body. */
  requestSize: number;
  /** Attachments that would be uploaded by themselves, because the mail is too large for one request. */
  uploads: { name: string; size: number }[];
  /** What would be otherwise than the mail says. */
  findings: PreflightFinding[];
}

/**
 * Composes a mail with what the transport itself composes with, and sends it nowhere. No identity is needed.
 * @throws GraphMailError as `sendMail` would before its first request
 */
export async function dryRun(
  mail: SendMailOptions,
  mailbox: string,
  choices: Partial<SendingChoices>,
): Promise<DryRun> {
  const settings = settleOptions({ mailbox, ...choices, getToken: neverSignsIn }, {});
  const findings: PreflightFinding[] = [];
  const { largeMessages } = settings;
  const transporter = createTransport<DryRun>(dryTransport(settings, findings));
  const report = (entry: { findings: PreflightFinding[] }) => findings.push(...entry.findings);
  transporter.use('stream', graphPreflight({ mailbox, largeMessages, report }) as never);
  return transporter.sendMail(mail);
}

function dryTransport(settings: Settings, findings: PreflightFinding[]): Transport<DryRun> {
  return {
    name: 'DryRun',
    version: '1',
    send: (mail, callback) => {
      compose(mail as unknown as ComposedMail, settings).then(
        (composed) => callback(null, { ...composed, findings }),
        (error: Error) => callback(error, undefined as never),
      );
    },
  };
}

async function compose(mail: ComposedMail, settings: Settings): Promise<Omit<DryRun, 'findings'>> {
  const plan = await prepareMessage(mail, settings);
  const { body, heavy, messageId, from, recipients, release } = await composeBody(mail, plan, settings);
  await release();
  return {
    mime: Buffer.from(body.toString('latin1'), 'base64'),
    mailbox: plan.mailbox,
    messageId,
    from,
    recipients,
    requestSize: body.length,
    uploads: heavy.map(({ name, size }) => ({ name, size })),
  };
}

async function neverSignsIn(): Promise<string> {
  throw new Error('a dry run does not sign in');
}
