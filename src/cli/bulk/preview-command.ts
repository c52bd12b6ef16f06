import { writePreview } from '../../bulk/checks/preview.js';
import { counted } from '../../bulk/common/words.js';
import type { MannersOptions } from '../../bulk/list-headers/list-headers.js';
import { createRowComposer } from '../../bulk/message/compose-row.js';
import { openTemplate } from '../../bulk/template/input.js';
import { EXIT, type ExitCode } from '../common/exit-codes.js';
import { printer, type Terminal } from '../common/terminal.js';
import { printable } from '../common/wording.js';
import {
  checkHeaders,
  inBulkFlags,
  listHeadersOf,
  type MailChoices,
  type MailFlags,
  recipientsOf,
  transportOptions,
} from './mail-choices.js';

export interface PreviewFlags extends Omit<MailFlags, 'mailbox'> {
  out: string;
  count: number;
}

/** `bulk preview`: writes the first mails into a folder; needs no identity and sends nothing. */
export async function previewCommand(flags: PreviewFlags, terminal: Terminal): Promise<ExitCode> {
  checkHeaders(flags);
  const { template, attachments, from, out, count } = flags;
  const { index, mails, faults } = await writePreview({
    recipients: recipientsOf(flags),
    template: await openTemplate(template, { attachmentsFolder: attachments }),
    from: from[0],
    listHeaders: listHeadersOf(flags),
    folder: out,
    count,
  });
  const print = printer(terminal);
  print(`${counted(mails.length, 'mail')} written. Open ${index}`);
  for (const { message } of faults) print(`  ${printable(inBulkFlags(message))}`);
  return faults.length > 0 ? EXIT.badInput : EXIT.ok;
}

/**
 * Sends the mails of the first rows to one address instead, to look at: no journal, no pacing, no confirmation.
 * @throws BulkInputError, or what sending throws
 */
export async function sendTests(choices: MailChoices, to: string, rows: number, terminal: Terminal): Promise<ExitCode> {
  const template = await openTemplate(choices.template, { attachmentsFolder: choices.attachments });
  const composer = createRowComposer({ template, listHeaders: listHeadersOfTest(choices) });
  const transporter = terminal.connect(transportOptions(choices));
  const print = printer(terminal);
  let sent = 0;
  try {
    for await (const row of recipientsOf(choices).rows()) {
      const { message } = await composer.compose(row, choices.from[0]);
      const { cc: _, bcc: __, ...mail } = message;
      await transporter.sendMail({ ...mail, to, subject: `[Test] ${message.subject ?? ''}` });
      sent++;
      print(`Sent the mail of line ${row.line} to ${to}`);
      if (sent === rows) break;
    }
  } finally {
    transporter.close();
  }
  print(`${counted(sent, 'test mail')} sent.`);
  return EXIT.ok;
}

/** Without the unsubscribe header: trying it in a test mail must not unsubscribe the person whose mail it shows. */
function listHeadersOfTest(choices: MailChoices): MannersOptions {
  const { unsubscribe: _, ...headers } = listHeadersOf(choices);
  return headers;
}
