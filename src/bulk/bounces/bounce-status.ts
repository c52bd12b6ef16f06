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

interface StatusMeaning {
  fault: BounceFault;
  /** One sentence without a full stop, for users. */
  meaning: string;
  /** The code that says most: the report's own, or one in the server's words where that only says "failed". */
  status?: string;
}

/** What an enhanced status code and the server's words say. Pure. */
export function classifyStatus(reported: string | undefined, diagnostic = ''): StatusMeaning {
  const status = tellingStatus(reported, diagnostic);
  const known =
    status === undefined || !telling.test(status)
      ? undefined
      : statusTable.find((rule) => fits(rule, status, diagnostic));
  const classified = known ?? byWords(diagnostic);
  return { fault: classified.fault, meaning: classified.meaning, ...(status !== undefined && { status }) };
}

/** Whether nothing sent to the address will arrive: refused for good, and for what the address is. */
export function isHard(action: string, classified: StatusMeaning): boolean {
  return action === 'failed' && classified.fault === 'address' && classified.status?.startsWith('4') !== true;
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

/** Where a line of the table comes from. */
type Source = 'RFC 3463' | 'RFC 7293' | 'RFC 7505' | 'Exchange Online NDRs' | 'Exchange team' | 'Google SMTP errors';

interface StatusRule {
  /** A code of class 4 or 5 without its class, or the first and last of a range. */
  code: string | readonly [first: string, last: string];
  /** The rule holds only where the server's words are like this: some codes have two meanings. */
  words?: RegExp;
  fault: BounceFault;
  meaning: string;
  source: Source;
}

/**
 * Enhanced status codes (RFC 3463 and the IANA registry), and those of Exchange Online ("Email non-delivery reports and SMTP
 * errors in Exchange Online", learn.microsoft.com). The first line that fits holds. Only `address` makes a bounce hard: all
 * the other permanent errors would keep people off a list for what is not their address's fault.
 * (facts limit-6, bounce-2, bounce-3)
 */
const statusTable: readonly StatusRule[] = [
  // The sender's own limits and blocks: every mail would bounce.
  { code: '1.7', fault: 'sender', meaning: 'The sender address is not valid', source: 'RFC 3463' },
  { code: '1.8', fault: 'sender', meaning: 'The sending mailbox is blocked for spam', source: 'Exchange Online NDRs' },
  { code: '1.20', fault: 'sender', meaning: 'More than one From and no Sender', source: 'Exchange Online NDRs' },
  {
    code: '1.90',
    fault: 'sender',
    meaning: 'The sending mailbox has used up its recipients of the day',
    source: 'Exchange Online NDRs',
  },
  {
    code: '2.2',
    words: /submission quota/i,
    fault: 'sender',
    meaning: 'The sending mailbox is over its sending limit',
    source: 'Exchange Online NDRs',
  },
  {
    code: ['7.232', '7.233'],
    fault: 'sender',
    meaning: 'The tenant has used up its external recipients of the day',
    source: 'Exchange team',
  },
  {
    code: '7.236',
    fault: 'sender',
    meaning: 'The onmicrosoft.com domain has used up its external recipients of the day',
    source: 'Exchange team',
  },
  {
    code: ['7.500', '7.503'],
    fault: 'sender',
    meaning: 'The sender is banned for spam',
    source: 'Exchange Online NDRs',
  },
  { code: ['7.606', '7.649'], fault: 'sender', meaning: 'The sending IP is banned', source: 'Exchange Online NDRs' },
  {
    code: ['7.700', '7.750'],
    fault: 'sender',
    meaning: 'The tenant is blocked from sending',
    source: 'Exchange Online NDRs',
  },
  {
    code: ['7.23', '7.26'],
    fault: 'sender',
    meaning: 'SPF, DKIM or reverse DNS do not pass',
    source: 'Exchange Online NDRs',
  },
  {
    code: '7.515',
    fault: 'sender',
    meaning: 'The sender domain is not authenticated well enough',
    source: 'Exchange team',
  },
  { code: '7.509', fault: 'sender', meaning: 'The sender domain does not pass DMARC', source: 'Exchange Online NDRs' },

  // Of the recipient, and passing.
  { code: '2.2', fault: 'mailbox', meaning: 'The mailbox is full', source: 'RFC 3463' },
  {
    code: ['2.121', '2.122'],
    fault: 'mailbox',
    meaning: 'The mailbox has had too much mail in the last hour',
    source: 'Exchange Online NDRs',
  },

  // The mail itself.
  { code: '2.3', fault: 'content', meaning: 'The mail is too large for the mailbox', source: 'RFC 3463' },
  { code: '3.4', fault: 'content', meaning: 'The mail is too large', source: 'RFC 3463' },
  { code: '5.3', fault: 'content', meaning: 'The mail has too many recipients', source: 'RFC 3463' },
  { code: '6.*', fault: 'content', meaning: 'The mail is not in a form that the server takes', source: 'RFC 3463' },

  // The address.
  // Some servers give a code of the address to what they have against the sender.
  {
    code: '1.*',
    words:
      /\b(?:sender (?:denied|address|blocked)|mailfrom|spf|dmarc|dkim|spamhaus|blacklist|block ?list|too many recipients)\b/i,
    fault: 'sender',
    meaning: 'The sender was refused',
    source: 'Exchange Online NDRs',
  },
  { code: '1.2', fault: 'address', meaning: 'The domain does not exist', source: 'RFC 3463' },
  { code: '1.6', fault: 'address', meaning: 'The mailbox has moved', source: 'RFC 3463' },
  {
    code: '1.10',
    words: /null mx/i,
    fault: 'address',
    meaning: 'The domain takes no mail',
    source: 'RFC 7505',
  },
  { code: '1.*', fault: 'address', meaning: 'The address does not exist', source: 'RFC 3463' },
  {
    code: '2.1',
    words: /quarantin|spam|content filter/i,
    fault: 'policy',
    meaning: 'A spam filter refused it',
    source: 'Exchange Online NDRs',
  },
  {
    code: '2.1',
    words: /\brate\b/i,
    fault: 'mailbox',
    meaning: 'The mailbox has had too much mail in a short time',
    source: 'Google SMTP errors',
  },
  { code: '2.1', fault: 'address', meaning: 'The mailbox is disabled', source: 'RFC 3463' },
  // Directory-based edge blocking: the domain is in Exchange Online, the address is not.
  {
    code: '4.1',
    words: /recipient address rejected/i,
    fault: 'address',
    meaning: 'The address does not exist',
    source: 'Exchange Online NDRs',
  },
  {
    code: '4.4',
    words: /nonexistent ?domain/i,
    fault: 'address',
    meaning: 'The domain does not exist',
    source: 'Exchange Online NDRs',
  },
  { code: '4.310', fault: 'address', meaning: 'The domain does not exist', source: 'Exchange Online NDRs' },
  { code: ['7.17', '7.18'], fault: 'address', meaning: 'The address has another owner now', source: 'RFC 7293' },
  { code: ['7.504', '7.505'], fault: 'address', meaning: 'The address is not valid', source: 'Exchange Online NDRs' },

  // Everything else by its subject (RFC 3463 §2).
  { code: '2.*', fault: 'mailbox', meaning: 'The mailbox did not take it', source: 'RFC 3463' },
  { code: '4.7', fault: 'route', meaning: 'It could not be delivered in time', source: 'RFC 3463' },
  { code: '4.300', fault: 'route', meaning: 'It could not be delivered in time', source: 'Exchange Online NDRs' },
  { code: '3.*', fault: 'route', meaning: 'The mail server did not take it', source: 'RFC 3463' },
  { code: '4.*', fault: 'route', meaning: 'There was no way to the mail server', source: 'RFC 3463' },
  { code: '5.*', fault: 'route', meaning: 'The mail servers did not understand each other', source: 'RFC 3463' },
  { code: '7.*', fault: 'policy', meaning: 'The recipient or its mail server does not want it', source: 'RFC 3463' },
];
