import { plainAddress } from './plain-address.js';

/** What a report shows of the mail that it is about. */
export interface ReturnedMail {
  messageId?: string;
  /** The addresses in its To. */
  to: string[];
}

// The header is all that counts, and a Received chain is long.
const longestHeader = 100_000;

/** Reads the returned mail, or only its header, as it comes at the end of a report. */
export function returnedMail(part: string | undefined): ReturnedMail {
  const head =
    (part ?? '')
      .slice(0, longestHeader)
      .replace(/^\s+/, '')
      .split(/\r?\n\r?\n/)[0] ?? '';
  const field = (name: string) =>
    new RegExp(`^${name}[ \\t]*:(.*(?:\\r?\\n[ \\t].*)*)`, 'im').exec(head)?.[1]?.replace(/\r?\n/g, '');
  const messageId = /<[^<>\s]+>/.exec(field('message-id') ?? '')?.[0];
  const to = (field('to') ?? '').split(',').flatMap((one) => plainAddress(/<[^<>]*>\s*$/.exec(one)?.[0] ?? one) ?? []);
  return { ...(messageId !== undefined && { messageId }), to };
}
