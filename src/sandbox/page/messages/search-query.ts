/** The parameters of `GET /api/messages` that a search may set. */
export interface SearchParameters {
  q?: string;
  to?: string;
  from?: string;
  subject?: string;
  mailbox?: string;
  status?: string;
  messageId?: string;
}

const PREFIXES: Readonly<Record<string, keyof SearchParameters>> = {
  to: 'to',
  from: 'from',
  subject: 'subject',
  mailbox: 'mailbox',
  status: 'status',
  id: 'messageId',
};

const STATUSES = ['accepted', 'unconfirmed', 'bounced'];

/** Reads `to:ana subject:"your order" invoice`: prefixes are parameters, all other words are searched for anywhere. */
export function searchParameters(text: string): SearchParameters {
  const found: SearchParameters = {};
  const words: string[] = [];
  for (const [, prefix, quoted, plain] of text.matchAll(/(?:(\w+):)?(?:"([^"]*)"?|(\S+))/g)) {
    const value = quoted ?? plain ?? '';
    const name = prefix === undefined ? undefined : PREFIXES[prefix.toLowerCase()];
    const known = name === 'status' ? statusOf(value) : value;
    if (name && known !== undefined) found[name] = known;
    else words.push(prefix === undefined ? value : `${prefix}:${value}`);
  }
  if (words.length > 0) found.q = words.join(' ');
  return found;
}

/** A status, or the one that starts with the text; the API refuses any other word. */
function statusOf(text: string): string | undefined {
  if (/^[1-5]\d\d$/.test(text)) return text;
  return text === '' ? undefined : STATUSES.find((status) => status.startsWith(text.toLowerCase()));
}
