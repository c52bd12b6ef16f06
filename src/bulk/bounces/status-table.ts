import type { BounceFault } from './bounce-status.js';

/** Where a line of the table comes from. */
type Source = 'RFC 3463' | 'RFC 7293' | 'RFC 7505' | 'Exchange Online NDRs' | 'Exchange team' | 'Google SMTP errors';

export interface StatusRule {
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
export const statusTable: readonly StatusRule[] = [
  // The sender's own limits and blocks: everybody would bounce.
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
