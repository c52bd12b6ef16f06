import { type StatusRule, statusTable } from './status-table.js';

/**
 * What is at fault when a mail was not delivered:
 * - `'address'`: it does not exist, or not any more;
 * - `'mailbox'`: it exists, but takes nothing now (full, or too much in the last hour);
 * - `'sender'`: our own mailbox or tenant, over a limit or blocked;
 * - `'content'`: this mail, for its size or its form;
 * - `'policy'`: the recipient's side does not want it (spam filter, block list, only known senders);
 * - `'route'`: the way there (DNS, TLS, loops, a server that does not answer);
 * - `'other'`: nothing that tells.
 */
export type BounceFault = 'address' | 'mailbox' | 'sender' | 'content' | 'policy' | 'route' | 'other';

// Codes that say only "failed": the server's words are then all there is. Servers that know no better send 5.0.0 and 5.5.0.
const telling = /^[45]\.(?!0\.|5\.0$)/;
const noSuchAddress =
  /\b(?:user|recipient|mailbox|account|address)\b[^.;]{0,30}\b(?:unknown|not found|does ?n[o']t exist|not exist|invalid)\b|\b(?:unknown|no such|invalid)\s+(?:local\s+|virtual\s+)?(?:user|recipient|mailbox|account|address|person)\b/i;
const mailboxFull =
  /\b(?:mailbox|quota|inbox|storage)\b[^.;]{0,30}\b(?:full|exceeded|over)\b|\bover ?quota\b|\bout of storage\b/i;

export interface StatusVerdict {
  fault: BounceFault;
  /** One sentence without a full stop, for people. */
  meaning: string;
  /** The code that says most: the report's own, or one in the server's words where that only says "failed". */
  status?: string;
}

/** What an enhanced status code and the server's words say. Pure. */
export function judgeStatus(reported: string | undefined, diagnostic = ''): StatusVerdict {
  const status = tellingStatus(reported, diagnostic);
  const known =
    status === undefined || !telling.test(status)
      ? undefined
      : statusTable.find((rule) => fits(rule, status, diagnostic));
  const verdict = known ?? byWords(diagnostic);
  return { fault: verdict.fault, meaning: verdict.meaning, ...(status !== undefined && { status }) };
}

/** Whether nothing sent to the address will arrive: refused for good, and for what the address is. */
export function isHard(action: string, verdict: StatusVerdict): boolean {
  return action === 'failed' && verdict.fault === 'address' && verdict.status?.startsWith('4') !== true;
}

function tellingStatus(reported: string | undefined, diagnostic: string): string | undefined {
  if (reported !== undefined && telling.test(reported)) return reported;
  const said = [...diagnostic.matchAll(/(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])/g)].map(([code]) => code);
  // Exchange quotes the other server's answer after an arrow, and later in the line.
  return said.findLast((code) => telling.test(code)) ?? reported ?? said.at(-1);
}

function byWords(diagnostic: string): { fault: BounceFault; meaning: string } {
  if (mailboxFull.test(diagnostic)) return { fault: 'mailbox', meaning: 'The mailbox is full' };
  if (noSuchAddress.test(diagnostic)) return { fault: 'address', meaning: 'The address does not exist' };
  return { fault: 'other', meaning: 'It was not delivered' };
}

function fits({ code, words }: StatusRule, status: string, diagnostic: string): boolean {
  if (words !== undefined && !words.test(diagnostic)) return false;
  const [, subject = '', detail = ''] = status.split('.');
  if (typeof code === 'string') return code === `${subject}.*` || code === `${subject}.${detail}`;
  const [first, last] = code.map((end) => end.split('.')) as [[string, string], [string, string]];
  return subject === first[0] && Number(detail) >= Number(first[1]) && Number(detail) <= Number(last[1]);
}
