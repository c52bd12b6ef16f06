import { ambiguityInList } from '../common/canonical-address.js';
import { isGraphMailError } from '../common/errors.js';
import { checkContent, checkLocations, contentFields, dataError, isStream, kindOf } from './common/content.js';

type Data = Record<string, unknown>;

const addressFields = ['from', 'sender', 'to', 'cc', 'bcc', 'replyTo'] as const;

/** Whatever becomes text will do: Nodemailer writes it into headers, or compares it with what it knows. */
const textFields = [
  'subject',
  'messageId',
  'inReplyTo',
  'references',
  'xMailer',
  'priority',
  'encoding',
  'textEncoding',
  'newline',
] as const;

/** Deeper than any real list: one that contains itself has no end. */
const deepest = 20;

/**
 * Checks what Nodemailer is to compose a message from. On values of a wrong type its versions throw out of `sendMail` or
 * end the process, and some of them write line breaks into headers as they are. Parts of content are replaced by copies,
 * because Nodemailer writes into them.
 * @throws GraphMailError `EMESSAGE`, `ESTREAM` or `EENVELOPE`
 */
export function checkMessageData(data: Data): void {
  for (const field of contentFields) {
    reading(data, field, (value) => {
      data[field] = copied(field, value);
      checkField(field, data[field]);
    });
  }
  for (const field of addressFields) reading(data, field, (value) => checkAddresses(field, value));
  for (const field of textFields) reading(data, field, (value) => checkText(field, value));
  for (const field of ['baseBoundary', 'boundaryPrefix']) reading(data, field, (value) => checkBoundary(field, value));
  reading(data, 'envelope', checkEnvelope);
  reading(data, 'headers', (value) => checkHeaders('headers', value));
  reading(data, 'list', checkList);
  reading(data, 'dkim', checkDkim);
  reading(data, 'signal', (signal) => {
    const { aborted, addEventListener, removeEventListener } = signal as Data;
    return [aborted, addEventListener, removeEventListener];
  });
  reading(data, 'maxRecipients', (value) => {
    if (value && typeof value !== 'number') throw dataError('maxRecipients', `is ${kindOf(value)}; expected a number`);
  });
}

/**
 * The part of it that must hold before any plugin runs, as plugins may read content: paths and URLs that can be opened, and HTML
 * that Nodemailer can read where it is to find images in it.
 * @throws GraphMailError `EMESSAGE` or `ESTREAM`
 */
export function checkContentLocations(data: Data, attachDataUrls: unknown): void {
  for (const field of contentFields) {
    reading(data, field, (value) => {
      for (const [where, part] of partsOf(field, value)) checkNestedLocations(where, part, 0);
      if (field === 'html' && (attachDataUrls || data.attachDataUrls)) checkField(field, value);
    });
  }
}

/** Runs a check on a field. */
function reading(data: Data, field: string, check: (value: unknown) => unknown): void {
  try {
    const value = data[field];
    if (value) check(value);
  } catch (cause) {
    dropUnreadable(data);
    throw isGraphMailError(cause) ? cause : dataError(field, 'cannot be read', 'EMESSAGE', cause);
  }
}

/** Nodemailer 10 looks for streams to close in a message that failed, and what throws then would end the process. */
function dropUnreadable(data: Data): void {
  for (const field of contentFields) {
    try {
      for (const [, part] of partsOf(field, data[field])) {
        if (typeof part !== 'object' || part === null) continue;
        for (const value of [part, (part as Data).content, (part as Data).raw] as (Data | undefined)[])
          if (value) void [value.pipe, value.destroy, value.on];
      }
    } catch {
      data[field] = undefined;
    }
  }
}

function partsOf(field: string, value: unknown): [where: string, part: unknown][] {
  if (!Array.isArray(value)) return [[field, value]];
  return Array.from(value, (part, i) => [`${field}[${i}]`, part]);
}

function checkNestedLocations(where: string, part: unknown, depth: number): void {
  if (typeof part !== 'object' || part === null || isStream(part) || ArrayBuffer.isView(part)) return;
  if (depth > deepest) throw tooDeep(where);
  const { content, raw } = part as Data;
  checkLocations(where, part as Data);
  checkNestedLocations(`${where}.content`, content, depth + 1);
  checkNestedLocations(`${where}.raw`, raw, depth + 1);
}

function checkField(field: (typeof contentFields)[number], value: unknown): void {
  if (field === 'attachments' || field === 'alternatives') {
    for (const [where, part] of partsOf(field, value)) {
      if (typeof part !== 'object' || part === null || Array.isArray(part) || ArrayBuffer.isView(part)) {
        throw dataError(where, `is ${kindOf(part)}; expected an object such as { filename, content } or { path }`);
      }
      checkPart(where, part as Data);
    }
    return;
  }
  const { content, path, href, raw } = value as Data;
  if (field !== 'raw' && isDescribed(value) && (content || path || href || raw)) checkPart(field, value as Data);
  else checkContent(field, value);
}

/** Whether a value is about content, and not the content itself. */
function isDescribed(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !isStream(value);
}

function checkPart(where: string, part: Data): void {
  checkLocations(where, part);
  checkContent(`${where}.content`, part.content);
  checkContent(`${where}.raw`, part.raw);
  for (const name of ['filename', 'cid', 'contentType']) {
    const value = part[name];
    if (value && typeof value !== 'string') throw dataError(`${where}.${name}`, `is ${kindOf(value)}; expected text`);
  }
  for (const name of ['contentDisposition', 'contentTransferEncoding', 'encoding', 'method'])
    checkText(`${where}.${name}`, part[name]);
  // Nodemailer applies it to content that is text, and beside `raw` to an empty text in place of the content. Nodemailer 7
  // takes an invitation with a path for an empty text too.
  const elsewhere = where !== 'icalEvent' && (part.path || part.href);
  const encodesText = part.raw || (!elsewhere && typeof (part.content || '') === 'string');
  if (part.encoding && encodesText) {
    const encoding = String(part.encoding)
      .toLowerCase()
      .replace(/[-_\s]/g, '');
    if (encoding !== 'usascii' && !Buffer.isEncoding(encoding))
      throw dataError(`${where}.encoding`, 'is not an encoding that Node.js knows');
  }
  checkHeaders(`${where}.headers`, part.headers);
  checkOptions(`${where}.httpHeaders`, part.httpHeaders);
  checkOptions(`${where}.tls`, part.tls);
}

/** Values that are handed on to Node.js, which checks them itself; read once, so that a getter throws here. */
function checkOptions(where: string, value: unknown): void {
  if (!value) return;
  if (typeof value !== 'object') throw dataError(where, `is ${kindOf(value)}; expected an object`);
  Object.values(value);
}

/**
 * Content with its own copy of all that Nodemailer writes into: a part may be frozen, or belong to the next message too.
 */
function copied(field: (typeof contentFields)[number], value: unknown): unknown {
  if (field === 'raw') return value;
  if (Array.isArray(value)) return Array.from(value, copyOf);
  return copyOf(value);
}

const partFields = [
  'filename',
  'path',
  'href',
  'content',
  'raw',
  'cid',
  'contentType',
  'contentDisposition',
  'contentTransferEncoding',
  'encoding',
  'headers',
  'httpHeaders',
  'tls',
  'method',
] as const;

function copyOf(part: unknown): unknown {
  if (!isDescribed(part) || Array.isArray(part)) return part;
  const copy: Data = { ...(part as Data) };
  // What a class gives by getters is there for Nodemailer, and not among its own properties.
  for (const name of partFields) if (!(name in copy) && name in (part as Data)) copy[name] = (part as Data)[name];
  if (isDescribed(copy.content) && !Array.isArray(copy.content) && !(copy.content instanceof Error))
    copy.content = { ...(copy.content as Data) };
  if (isDescribed(copy.headers) && !Array.isArray(copy.headers)) copy.headers = { ...(copy.headers as Data) };
  return copy;
}

function checkAddresses(where: string, value: unknown, depth = 0): void {
  if (!value) return;
  if (depth > deepest) throw tooDeep(where);
  if (Array.isArray(value)) {
    for (const one of value) checkAddresses(where, one, depth + 1);
    return;
  }
  const { name, address, group } = (typeof value === 'object' ? value : { address: value }) as Data;
  if (name && typeof name !== 'string' && typeof name !== 'number')
    throw dataError(where, `has a name that is ${kindOf(name)}; expected text`, 'EENVELOPE');
  if (group) checkAddresses(where, group, depth + 1);
  const text = textOf(address || (group ? '' : value));
  if (text === undefined)
    throw dataError(where, `has ${kindOf(address || value)} for an address; expected text`, 'EENVELOPE');
  const ambiguity = ambiguityInList(text);
  if (ambiguity !== undefined) throw dataError(where, `has an address that ${ambiguity}`, 'EENVELOPE');
}

function checkEnvelope(envelope: unknown): void {
  for (const name of ['from', 'to', 'cc', 'bcc']) checkAddresses(`envelope.${name}`, (envelope as Data)[name]);
  // The rest is copied as it is.
  if (typeof envelope === 'object') Object.values(envelope as Data);
}

/** As text, or `undefined` for what cannot be made text. */
function textOf(value: unknown): string | undefined {
  try {
    return `${value}`;
  } catch {
    return undefined;
  }
}

function checkText(where: string, value: unknown, depth = 0): void {
  if (!value) return;
  if (depth > deepest) throw tooDeep(where);
  if (Array.isArray(value)) for (const one of value) checkText(where, one, depth + 1);
  if (textOf(value) === undefined) throw dataError(where, `is ${kindOf(value)}; expected text`);
  if (typeof value === 'object') checkText(where, (value as Data).value, depth + 1);
}

function checkBoundary(where: string, value: unknown): void {
  if (typeof value !== 'string') throw dataError(where, `is ${kindOf(value)}; expected text`);
  if (/\p{Cc}/u.test(value)) throw dataError(where, 'has a line break or control character in it');
}

function checkHeaders(where: string, headers: unknown): void {
  if (!headers) return;
  if (typeof headers !== 'object') throw dataError(where, `is ${kindOf(headers)}; expected an object or a list`);
  if (!Array.isArray(headers)) {
    for (const [name, value] of Object.entries(headers)) checkHeader(where, name, value);
    return;
  }
  for (const header of headers) {
    if (typeof header !== 'object' || header === null)
      throw dataError(where, `has ${kindOf(header)} among its fields; expected { key, value }`);
    checkText(where, (header as Data).key);
    checkHeader(where, textOf((header as Data).key) ?? '', (header as Data).value);
  }
}

function checkHeader(where: string, name: string, value: unknown, depth = 0): void {
  if (!value) return;
  if (depth > deepest) throw tooDeep(where);
  if (Array.isArray(value)) {
    for (const one of value) checkHeader(where, name, one, depth + 1);
    return;
  }
  if (/^(from|sender|to|cc|bcc|reply-to)$/i.test(name.trim())) {
    checkAddresses(where, value);
    return;
  }
  checkText(where, value);
  // Written as it is, so a line break must be that of a folded line.
  if (typeof value === 'object' && (value as Data).prepared && breaksLine(textOf((value as Data).value) ?? ''))
    throw dataError(where, 'has a prepared field with a line break that does not fold it');
}

function breaksLine(text: string): boolean {
  return /[\r\n](?![ \t])/.test(text.replaceAll('\r\n', '\n'));
}

/** `list: { help: 'a@b', unsubscribe: [[{ url, comment }]] }`. Nodemailer 7 writes a comment as it is. */
function checkList(list: unknown): void {
  if (typeof list !== 'object') return;
  for (const [name, entries] of Object.entries(list as Data)) {
    if (/\p{Cc}/u.test(name)) throw dataError('list', 'has a name with a line break or control character in it');
    checkListEntry(`list.${name}`, entries);
  }
}

function checkListEntry(where: string, entry: unknown, depth = 0): void {
  if (!entry || typeof entry === 'string') return;
  if (depth > deepest) throw tooDeep(where);
  if (Array.isArray(entry)) {
    for (const one of entry) checkListEntry(where, one, depth + 1);
    return;
  }
  const { url, comment } = entry as Data;
  if (url && typeof url !== 'string') throw dataError(`${where}.url`, `is ${kindOf(url)}; expected text`);
  checkText(`${where}.comment`, comment);
  if (comment && /[\r\n]/.test(textOf(comment) ?? '')) throw dataError(`${where}.comment`, 'has a line break in it');
}

/** Signing throws where it cannot be caught, and Nodemailer 7 and 8 write domain and selector into the header as they are. */
function checkDkim(dkim: unknown): void {
  if (typeof dkim !== 'object') throw dataError('dkim', `is ${kindOf(dkim)}; expected an object`);
  const options = dkim as Data;
  for (const key of [options.keys || options].flat() as unknown[]) {
    for (const name of ['domainName', 'keySelector']) {
      const value = typeof key === 'object' && key !== null ? (key as Data)[name] : undefined;
      if (typeof value !== 'string' || value === '' || /[\p{Cc}\s;]/u.test(value))
        throw dataError(`dkim.${name}`, 'must be given as text without white space');
    }
  }
  for (const name of ['headerFieldNames', 'skipFields', 'cacheDir']) {
    const value = options[name];
    if (value && (typeof value !== 'string' || /\p{Cc}/u.test(value)))
      throw dataError(`dkim.${name}`, 'must be given as text without control characters');
  }
  if (options.hashAlgo && !['sha256', 'sha1'].includes(String(options.hashAlgo).toLowerCase()))
    throw dataError('dkim.hashAlgo', 'must be sha256 or sha1');
}

function tooDeep(where: string) {
  return dataError(where, `is a list in a list more than ${deepest} times`);
}
