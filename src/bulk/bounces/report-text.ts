import type { BouncedRecipient } from './bounce.js';
import { classifyStatus, isHard } from './bounce-status.js';

/** What is known of a report beside its text. */
interface ReportClues {
  /** Addresses that its header names as failed (X-Failed-Recipients, of Exim and Google). */
  failed: readonly string[];
  /** The addresses that the mail it is about went to. */
  sentTo: readonly string[];
}

const longestDiagnostic = 500;
// "550 5.1.10 RESOLVER…" as Exchange, Google and Postfix write it; the words end with the quote or the # that they stand in.
const smtpAnswer = /(?<![\d.])[45]\d\d[ -](?:#?[45]\.\d{1,3}\.\d{1,3})?[^\r\n]*(?:\r?\n(?!\s*\r?\n)[^\r\n]+){0,3}/;
// qmail puts the code behind its words.
const qmailCode = /\(#([45]\.\d{1,3}\.\d{1,3})\)/;

/**
 * Reads the text of the report, where it has no delivery status for programs. It relies on addresses and codes only,
 * as the words are in the language of the mailbox.
 */
export function parseReportText(text: string, { failed, sentTo }: ReportClues): BouncedRecipient[] {
  // What follows is the mail itself, which may quote anything.
  const body =
    text.split(
      /^(?:-{3,} ?(?:Below this line|Original message|This is a copy)|Original Message Headers?:?\s*$)/im,
    )[0] ?? '';
  const found = blocksOf(body);
  if (found.length > 0) return found.map(({ address, words }) => recipient(address, words));
  const addresses = failed.length > 0 ? failed : sentTo;
  return addresses.map((address) => recipient(address, body));
}

interface Block {
  address: string;
  words: string;
}

/** An address alone on its line, and the words up to the next one that hold a server's answer. */
function blocksOf(body: string): Block[] {
  const blocks = new Map<string, Block>();
  let address: string | undefined;
  let words: string[] = [];
  const end = () => {
    const said = words.join('\n');
    if (address !== undefined && (smtpAnswer.test(said) || qmailCode.test(said)))
      // Exchange lists every recipient twice; the later list is that with the answers. (fact bounce-4)
      blocks.set(address.toLowerCase(), { address, words: said });
  };
  for (const line of body.split(/\r?\n/)) {
    const alone = addressAlone(line);
    if (alone === undefined) {
      words.push(line);
      continue;
    }
    end();
    address = alone;
    words = [];
  }
  end();
  return [...blocks.values()];
}

/** The address of `a@b.example`, `<a@b.example>:`, `a@b.example<mailto:a@b.example>` or `A (a@b.example)<mailto:…>`. */
function addressAlone(line: string): string | undefined {
  if (line.length > 1000) return undefined;
  const bare = line
    .replace(/<mailto:[^>]*>/gi, '')
    .trim()
    .replace(/:$/, '');
  return plainAddress(bare) ?? plainAddress(/\(([^\s()]+@[^\s()]+)\)$/.exec(bare)?.[1]);
}

function recipient(address: string, words: string): BouncedRecipient {
  const answer = smtpAnswer.exec(words)?.[0] ?? lineWith(words, qmailCode);
  const diagnostic = answer
    ?.split(/'\s*$|\s##?\s*$|'\s*(?=\r?\n)/m)[0]
    ?.replace(/\s+/g, ' ')
    .trim()
    .slice(0, longestDiagnostic);
  const status = /(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])/.exec(answer ?? '')?.[0];
  const classified = classifyStatus(status, diagnostic ?? words.slice(0, 2000));
  return {
    address,
    action: 'failed',
    ...(classified.status !== undefined && { status: classified.status }),
    ...(diagnostic !== undefined && diagnostic !== '' && { diagnostic }),
    fault: classified.fault,
    hard: isHard('failed', classified),
  };
}

function lineWith(words: string, pattern: RegExp): string | undefined {
  return words.split(/\r?\n\s*\r?\n/).find((paragraph) => pattern.test(paragraph));
}

const longest = 320;
/** With a type, names and brackets around it; what is longer would only keep the pattern busy. */
const longestField = 1000;

/** The address in a field such as `rfc822;a@b.example`, `utf-8;…` (RFC 6533 §3) or `<a@b.example>`; undefined if it has none. */
export function plainAddress(field: string | undefined): string | undefined {
  if (field === undefined || field.length > longestField) return undefined;
  const [, type, rest] = /^\s*([\w-]+)\s*;(.*)$/s.exec(field) ?? [undefined, '', field];
  const text = /^utf-8$/i.test(type ?? '') ? unembedded(rest ?? '') : (rest ?? '');
  const address = /^[\s<'"]*([^\s<>"']+@[^\s<>"',;]+?)[\s>'"]*$/.exec(text)?.[1];
  return address === undefined || address.length > longest ? undefined : address;
}

/** `\x{e9}` is é. */
function unembedded(text: string): string {
  return text.replace(/\\x\{([0-9a-f]{2,6})\}/gi, (escaped, hex: string) => {
    const code = Number.parseInt(hex, 16);
    return code > 0x10ffff ? escaped : String.fromCodePoint(code);
  });
}
