import { writePreview } from '../../bulk/checks/preview.js';
import { counted } from '../../bulk/common/words.js';
import { openTemplate } from '../../bulk/template/input.js';
import { EXIT, type ExitCode } from '../common/exit-codes.js';
import { printer, type Terminal } from '../common/terminal.js';
import { printable } from '../common/wording.js';
import { checkHeaders, inBulkFlags, listHeadersOf, type MailFlags, recipientsOf } from './mail-choices.js';

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
