import { counted } from '../../bulk/common/words.js';
import type { MannersOptions } from '../../bulk/list-headers/list-headers.js';
import { createRowComposer } from '../../bulk/message/compose-row.js';
import { openTemplate } from '../../bulk/template/input.js';
import { EXIT, type ExitCode } from '../common/exit-codes.js';
import { printer, type Terminal } from '../common/terminal.js';
import { listHeadersOf, type MailChoices, recipientsOf, transportOptions } from './mail-choices.js';

/** Whoever tries the button in a test mail must not unsubscribe the person whose mail it shows. */
function listHeadersOfTest(choices: MailChoices): MannersOptions {
  const { unsubscribe: _, ...listHeaders } = listHeadersOf(choices);
  return listHeaders;
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
