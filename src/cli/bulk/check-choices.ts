import { type CheckReport, checkRecipients } from '../../bulk/checks/check-recipients.js';
import { openSuppressionList } from '../../bulk/suppression/suppression-list.js';
import { openTemplate } from '../../bulk/template/input.js';
import { listHeadersOf, type MailChoices, mailboxesOf, recipientsOf } from './mail-choices.js';

/** Puts all rows through everything that comes before sending. @throws BulkInputError */
export async function checkChoices(
  choices: MailChoices,
  limit: number | undefined,
  alreadyToday: readonly number[],
): Promise<CheckReport> {
  const { attachments, suppress, from, allowDuplicates, rate, perDay } = choices;
  return checkRecipients({
    recipients: recipientsOf(choices),
    template: await openTemplate(choices.template, { attachmentsFolder: attachments }),
    senders: from,
    listHeaders: listHeadersOf(choices),
    suppression: suppress === undefined ? undefined : await openSuppressionList(suppress),
    allowDuplicates,
    rate,
    perDay,
    limit,
    alreadyToday,
    mailbox: choices.mailbox,
    mailboxes: mailboxesOf(choices).length,
  });
}
