/**
 * Text from a server, for an error or a log line: shortened, and without anything that looks like a secret, as a server or
 * a proxy in between may quote the request that it refuses.
 * @param secrets known secrets, which need not look like one
 */
export function withoutSecrets(text: string, ...secrets: string[]): string {
  const clean = withoutQuotes(text, secrets)
    .replace(/eyJ[\w-]{8,}(\.[\w-]*){0,4}/g, '[redacted]')
    .replace(/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 [redacted]')
    .replace(
      /\b(client_secret|client_assertion|access_token|password|pwd)(["']?\s*[=:]\s*["']?)[^\s"'&<,;]+/gi,
      '$1$2[redacted]',
    )
    .replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[redacted]')
    // Long runs of base64 are content: of a message, or of a key.
    .replace(/[A-Za-z0-9+/=_-]{120,}/g, '[redacted]');
  return clean.length > 500 ? `${clean.slice(0, 499)}…` : clean;
}

/** Shorter ones (in characters) are hardly secrets, and would be found in ordinary words. */
const shortestSecret = 8;
/** Longer ones are files, of which only the whole is looked for. */
const longestSecret = 16_384;

/**
 * `text` without the `secrets` themselves: as they are, escaped as in JSON or a URL, in hex, and in base64 or base64url,
 * also within a longer text that was encoded.
 */
export function withoutQuotes(text: string, secrets: readonly string[]): string {
  return (
    secrets
      // No form of a secret is shorter than it, so ordinary answers cost nothing here.
      .filter((secret) => secret.length >= shortestSecret && secret.length <= text.length)
      .reduce((left, secret) => {
        if (secret.length > longestSecret) return left.replaceAll(secret, '[redacted]');
        return formsOf(secret).reduce(
          (rest, form) => (form.mayBeIn(rest) ? rest.replace(form.expression(), '[redacted]') : rest),
          left,
        );
      }, text)
  );
}

/** One way in which a secret may be quoted. */
interface Form {
  /** Cheap, as nearly all texts quote nothing. */
  mayBeIn(text: string): boolean;
  expression(): RegExp;
}

/** The forms of the last few secrets: one token is looked for in many answers. */
const kept = new Map<string, readonly Form[]>();

function formsOf(secret: string): readonly Form[] {
  const known = kept.get(secret);
  if (known) return known;
  const bytes = Buffer.from(secret);
  // PowerShell encodes text as UTF-16.
  const encoded = [bytes, Buffer.from(secret, 'utf16le')];
  const forms = [
    textForm(secret),
    hexForm(bytes),
    ...encoded.flatMap((one) => [0, 1, 2].map((offset) => base64Form(one, offset))),
  ];
  kept.set(secret, forms);
  const [oldest = ''] = kept.keys();
  if (kept.size > 4) kept.delete(oldest);
  return forms;
}

/** Expressions are made when they are first needed, which for most secrets is never. */
function form(mayBeIn: Form['mayBeIn'], source: () => string, flags: string): Form {
  let made: RegExp | undefined;
  return {
    mayBeIn,
    expression() {
      made ??= new RegExp(source(), flags);
      return made;
    },
  };
}

function textForm(secret: string): Form {
  const lower = secret.toLowerCase();
  return form(
    (text) => /[%\\+]/.test(text) || text.toLowerCase().includes(lower),
    () => [...secret].map(escapedForms).join(''),
    'gi',
  );
}

function hexForm(bytes: Buffer): Form {
  const digits = [...bytes].map(hex);
  const heads = ['', ' ', ':'].map((between) => digits.slice(0, 4).join(between));
  return form(
    (text) => {
      const lower = text.toLowerCase();
      return heads.some((head) => lower.includes(head));
    },
    () => digits.join('[ :]?'),
    'gi',
  );
}

/**
 * Base64 of a text in which the secret begins at a byte whose number leaves `offset` when divided by 3. What stands before
 * and after it has a share in the characters at its edges, of which the first is left: it holds less than a byte.
 */
function base64Form(bytes: Buffer, offset: number): Form {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const core = whole.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
  // What is the same in base64, base64url and a URL.
  const common = core.split(/[+/]/).reduce((longest, run) => (run.length > longest.length ? run : longest), '');
  return form(
    (text) => text.includes(common),
    () => `${core.replaceAll('+', '(?:[+-]|%2[bB])').replaceAll('/', '(?:\\\\?/|_|%2[fF])')}[\\w+/-]?={0,2}`,
    'g',
  );
}

/** In forms, and in JSON. */
const shortForms: Readonly<Record<string, string>> = {
  ' ': '|\\+',
  '\n': '|\\\\n',
  '\r': '|\\\\r',
  '\t': '|\\\\t',
  '\b': '|\\\\b',
  '\f': '|\\\\f',
};

/** A character as it is, escaped in JSON, or percent-encoded in UTF-8 or Latin-1. */
function escapedForms(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const percent = [...Buffer.from(character)].map((byte) => `%${hex(byte)}`).join('');
  const units = Array.from({ length: character.length }, (_, i) =>
    character.charCodeAt(i).toString(16).padStart(4, '0'),
  );
  const itself = units.map((unit) => `\\u${unit}`).join('');
  const escaped = units.map((unit) => `\\\\u${unit}`).join('');
  const latin = code > 0x7f && code < 0x100 ? `|%${hex(code)}` : '';
  const short = shortForms[character] ?? '';
  // A letter or digit is never behind a backslash, where it would mean something else.
  return `(?:${/[a-z0-9]/i.test(character) ? '' : '\\\\?'}${itself}|${escaped}|${percent}${latin}${short})`;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
