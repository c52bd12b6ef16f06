import type { Reply } from './plain-http.js';

/** Part of a JSON value: objects may have more fields, strings may be patterns, and functions test a value. */
type Pattern =
  | string
  | number
  | boolean
  | null
  | RegExp
  | readonly Pattern[]
  | { readonly [name: string]: Pattern | ((value: never) => boolean) };

export interface Expected {
  /** One of these. */
  status: number | readonly number[];
  /** Graph's `error.code`. */
  code?: string;
  /** Graph's `error.message`. */
  message?: string | RegExp;
  /** Entra's code, as 700027. */
  aadsts?: number;
  /** `null`: the header is absent. */
  headers?: Readonly<Record<string, string | RegExp | null>>;
  json?: Pattern;
  /** The body is empty. */
  empty?: true;
}

export interface Difference {
  /** Which part differs, in words that a report may have. */
  what: string;
  /** What was seen and what was expected: may quote the answer. */
  details: string;
}

/** How an answer differs from what was expected; empty when it does not. */
export function differences(reply: Reply, expected: Expected): Difference[] {
  const { status, code, message, aadsts, headers = {}, json, empty } = expected;
  const found: Difference[] = [];
  const note = (what: string, seen: unknown, wanted: unknown): void => {
    found.push({ what: `another ${what}`, details: `: ${print(seen)} instead of ${print(wanted)}` });
  };
  if (![status].flat().includes(reply.status)) {
    const what = `status ${reply.status} instead of ${[status].flat().join(' or ')}`;
    found.push({ what, details: `, with ${excerpt(reply)}` });
  }
  const { error } = reply.json ?? {};
  if (code !== undefined && error?.code !== code) note('error.code', error?.code, code);
  if (message !== undefined && !matches(error?.message, message)) note('error.message', error?.message, message);
  if (aadsts !== undefined && !reply.json?.error_codes?.includes?.(aadsts)) {
    note('error_codes', reply.json?.error_codes, aadsts);
  }
  for (const [name, wanted] of Object.entries(headers)) {
    const seen = reply.headers[name] ?? null;
    if (wanted === null ? seen !== null : !matches(seen, wanted)) note(`header ${name}`, seen, wanted);
  }
  if (json !== undefined) compare(reply.json, json, 'body', note);
  if (empty && reply.text !== '') note('body', excerpt(reply), '');
  return found;
}

/** The beginning of a body, without tokens and URLs that contain one. */
function excerpt({ text }: Reply): string {
  const safe = text.replace(/("access_token"\s*:\s*"|authtoken=)[^"]*/g, '$1***');
  return safe === '' ? 'an empty body' : safe.slice(0, 300);
}

type Note = (what: string, seen: unknown, wanted: unknown) => void;

function compare(seen: unknown, wanted: unknown, path: string, note: Note): void {
  if (wanted instanceof RegExp || typeof wanted === 'string') {
    if (!matches(seen, wanted)) note(path, seen, wanted);
  } else if (typeof wanted === 'function') {
    if (!wanted(seen)) note(path, seen, wanted);
  } else if (Array.isArray(wanted)) {
    if (!Array.isArray(seen) || seen.length !== wanted.length) note(path, seen, wanted);
    else for (const [index, one] of wanted.entries()) compare(seen[index], one, `${path}[${index}]`, note);
  } else if (typeof wanted === 'object' && wanted !== null) {
    for (const [name, one] of Object.entries(wanted)) {
      compare((seen as Record<string, unknown> | undefined)?.[name], one, `${path}.${name}`, note);
    }
  } else if (seen !== wanted) note(path, seen, wanted);
}

function matches(seen: unknown, wanted: string | RegExp): boolean {
  return typeof wanted === 'string' ? seen === wanted : typeof seen === 'string' && wanted.test(seen);
}

function print(value: unknown): string {
  return value instanceof RegExp || typeof value === 'function' ? String(value) : JSON.stringify(value);
}
