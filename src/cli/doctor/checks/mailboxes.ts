import { type Check, skipped } from '../common/check.js';
import type { Examination } from '../common/environment.js';
import { mailboxCheck } from '../mailbox-check.js';
import { askToSend, otherUserAgent, type SendAnswer } from '../send-check.js';
import { judgeSendAnswer, mayBeUserAgent } from '../send-verdict.js';

const subject = { id: 'mailboxes', title: 'Send check of mailboxes' };

export const beforeMailboxes = [
  ...['configuration', 'certificate-file', 'certificate', 'certificate-days', 'clock', 'dns', 'proxy', 'tls', 'token'],
  'permissions',
];

/** Which mailboxes the application may likely send from; asked only where somebody wants it. */
export async function checkMailboxes(examination: Examination): Promise<Check[]> {
  const { flags, settings, claims } = examination;
  if (!flags.probe) {
    const why = 'with --probe, Graph is asked to send a mail without recipients from each mailbox, which it refuses.';
    return [skipped(subject, `Not asked: ${why}`)];
  }
  const blocked = examination.blocked(subject, ...beforeMailboxes);
  if (blocked) return [blocked];
  const denied = flags.deniedMailbox ?? [];
  const allowed = flags.mailbox ?? (typeof settings?.mailbox === 'string' ? [settings.mailbox] : []);
  const asked: { mailbox: string; expected: 'allowed' | 'denied'; answer: SendAnswer }[] = [];
  for (const [mailboxes, expected] of [
    [allowed, 'allowed'],
    [denied, 'denied'],
  ] as const) {
    for (const mailbox of mailboxes) asked.push({ mailbox, expected, answer: await askToSend(mailbox, examination) });
  }
  const isAllowed = ({ answer }: { answer: SendAnswer }) => judgeSendAnswer(answer) === 'allowed';
  const otherAllowed = asked.some(isAllowed);
  // A list by User-Agent keeps the program out of all mailboxes alike; the second request has no recipients either.
  const shut = otherAllowed ? undefined : asked.find(({ answer }) => mayBeUserAgent(answer));
  const letInByOtherName = shut && isAllowed({ answer: await askToSend(shut.mailbox, examination, otherUserAgent) });
  return asked.map((one) =>
    mailboxCheck(one, { examination, roles: claims?.roles ?? [], otherAllowed, letInByOtherName }),
  );
}
