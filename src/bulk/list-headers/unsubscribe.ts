import { shown } from '../../options/shown-value.js';
import { addressProblem } from '../common/email-address.js';
import { BulkInputError, messageOf, quote } from '../common/errors.js';
import { TemplateEngine } from '../template/engine.js';
import { type Escaping, plainText } from '../template/escaping.js';

/** Where a reader of one mail can unsubscribe. At least one of `url` and `mailto` is needed. */
export interface UnsubscribeOptions {
  /**
   * An `https:` address, as a Handlebars template over the row: `'https://example.com/unsubscribe?who={{id}}'`. Values are
   * percent-encoded; `{{{column}}}` takes a value as it is, for a column that holds the whole address. Put something in it
   * that cannot be guessed, since calling the address unsubscribes (RFC 8058 §6).
   */
  url?: string | undefined;
  /** An address for mails that ask to be taken off, also a template: `'leave@example.com?subject=leave%20{{id}}'`. */
  mailto?: string | undefined;
  /**
   * Adds `List-Unsubscribe-Post`, with which mail programs show a button that works at once: the server must take a POST
   * to {@link url} without login, cookies or a further question, and must not answer with a redirect (RFC 8058 §3.1).
   * @default true when there is a `url`
   */
  oneClick?: boolean | undefined;
}

/** Lone halves of characters cannot be percent-encoded, which encodeURIComponent says. */
const urlEscaping: Escaping = {
  print(value) {
    const text = plainText(value);
    try {
      return encodeURIComponent(text);
    } catch (cause) {
      throw new Error(`${quote(text)} has half a character in it`, { cause });
    }
  },
  allowsRaw: true,
};

/** RFC 5322 §2.1.1: a line has 998 characters at most, and a URI cannot be folded. */
const longestUri = 998 - 'List-Unsubscribe: <>,'.length;

/** The URI of one kind for a row. @throws Error with what is wrong */
type UriOf = (values: object) => string;

/** @throws BulkInputError */
export function compileUnsubscribe(options: UnsubscribeOptions): { uris: readonly UriOf[]; oneClick: boolean } {
  const { url, mailto, oneClick = url !== undefined } = options;
  if (url === undefined && mailto === undefined) {
    throw new BulkInputError('The option unsubscribe needs a url, a mailto, or both');
  }
  if (oneClick && url === undefined) {
    throw new BulkInputError(
      'unsubscribe.oneClick needs unsubscribe.url: one click is a request to an https address (RFC 8058)',
    );
  }
  const uris: UriOf[] = [];
  // The first is what programs prefer (RFC 2369 §2).
  if (url !== undefined) uris.push(compile('url', url, checkedUrl));
  if (mailto !== undefined) uris.push(compile('mailto', mailto, checkedMailto));
  return { uris, oneClick };
}

function compile(option: 'url' | 'mailto', source: string, check: (text: string) => string): UriOf {
  const refuse = (problem: string, cause?: unknown) =>
    new BulkInputError(`The option unsubscribe.${option} ${problem}`, { cause });
  if (typeof source !== 'string' || source === '') throw refuse('is empty');
  try {
    const render = new TemplateEngine({}, urlEscaping).compile(`unsubscribe.${option}`, source);
    // Without anything to fill in, it is right or wrong for all rows.
    if (!source.includes('{{')) check(source);
    return (values) => check(render(values));
  } catch (cause) {
    throw refuse(`cannot be used: ${messageOf(cause)}`, cause);
  }
}

function checkedUrl(text: string): string {
  const problem = uriProblem(text);
  if (problem) throw new Error(`unsubscribe.url is ${shown(text)}, which ${problem}`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url) throw new Error(`unsubscribe.url is ${shown(text)}, which is no address of a page`);
  // URL takes "https:host" too, which mail programs do not.
  if (!/^https:\/\/[^/]/i.test(text))
    throw new Error(`unsubscribe.url is ${shown(text)}, which does not begin with https://`);
  if (url.username || url.password) throw new Error('unsubscribe.url: a user name or password has no place in it');
  // With non-ASCII letters encoded; anything else stays as it was written.
  return fitting('url', /^[!-~]+$/.test(text) ? text : url.href);
}

function checkedMailto(text: string): string {
  const bare = text.replace(/^mailto:/i, '');
  const problem = uriProblem(bare) ?? (/^[!-~]*$/.test(bare) ? undefined : 'has letters that are not ASCII');
  if (problem) throw new Error(`unsubscribe.mailto is ${shown(bare)}, which ${problem}`);
  const question = bare.indexOf('?');
  const address = decoded(question === -1 ? bare : bare.slice(0, question));
  const wrong = addressProblem(address);
  if (wrong) throw new Error(`unsubscribe.mailto: the address is ${shown(address)}, which ${wrong}`);
  return fitting('mailto', `mailto:${bare}`);
}

function uriProblem(text: string): string | undefined {
  if (text === '') return 'is empty';
  if (/[\s\p{Cc}\p{Cs}]/u.test(text))
    return 'has a space, a line break or a control character in it; write a space as %20';
  if (/[<>"\\^`{|}]/.test(text)) return 'has a character that addresses cannot have; write it in percent-encoding';
  if (text.includes(',')) return 'has a comma, which parts the addresses of this header; write it as %2C';
  if (/%(?![\da-f]{2})/i.test(text)) return 'has a % that begins no percent-encoding; write it as %25';
  return undefined;
}

function fitting(option: string, uri: string): string {
  if (uri.length > longestUri) {
    throw new Error(
      `unsubscribe.${option} is ${shown(uri)}, which is longer than the ${longestUri} characters that fit on a line`,
    );
  }
  return uri;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
