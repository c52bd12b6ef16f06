import type { Folder, Item, ScriptedMailbox } from './scripted-mailbox.js';

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

export type RequestKind =
  | 'sendMail'
  | 'createDraft'
  | 'sendDraft'
  | 'getMessage'
  | 'deleteMessage'
  | 'lookup'
  | 'trace'
  | 'other';

/** What a request asks for; `process` does it. */
export interface Route {
  kind: RequestKind;
  process(mailbox: ScriptedMailbox, body: Buffer): Answer;
}

export const json = (status: number, value: unknown): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

export const refusal = (status: number, code: string, message = ''): Answer =>
  json(status, { error: { code, message } });

const unknownFilter = refusal(400, 'BadRequest', 'no filter that is known here');

const notFound = refusal(404, 'ErrorItemNotFound', 'The specified object was not found in the store.');

/** The part of Graph that sends mail, as far as a transport could need it. */
export function route(method: string, target: string): Route {
  const { pathname, searchParams } = new URL(target, 'https://graph.example');
  if (method === 'GET' && pathname === '/v1.0/admin/exchange/tracing/messageTraces') {
    const sender = /^senderAddress eq '([^']*)' and receivedDateTime ge \S+Z and receivedDateTime le \S+Z$/.exec(
      searchParams.get('$filter') ?? '',
    )?.[1];
    return {
      kind: 'trace',
      process: (mailbox) => (sender === undefined ? unknownFilter : json(200, { value: mailbox.trace(sender) })),
    };
  }
  const [, path = ''] = /^\/v1\.0\/users\/[^/]+\/(.*)$/.exec(pathname) ?? [];
  const id = decodeURIComponent(/^messages\/([^/]+)/.exec(path)?.[1] ?? '');
  const step = `${method} ${path.replace(/^messages\/[^/]+/, 'messages/{id}').replace(/^mailFolders\/[^/]+/i, 'mailFolders/{f}')}`;
  switch (step) {
    case 'POST sendMail':
      return { kind: 'sendMail', process: (mailbox, body) => taken(() => mailbox.submit(messageIdIn(body))) };
    case 'POST messages':
      return {
        kind: 'createDraft',
        process: (mailbox, body) => json(201, shown(mailbox.createDraft(messageIdIn(body)))),
      };
    case 'POST messages/{id}/send':
      return { kind: 'sendDraft', process: (mailbox) => (mailbox.sendDraft(id) ? { status: 202 } : notFound) };
    case 'GET messages/{id}':
      return { kind: 'getMessage', process: (mailbox) => found(mailbox.get(id)) };
    case 'DELETE messages/{id}':
      return { kind: 'deleteMessage', process: (mailbox) => (mailbox.delete(id) ? { status: 204 } : notFound) };
    case 'GET messages':
    case 'GET mailFolders/{f}/messages': {
      const folder = /^mailFolders\/([^/]+)/i.exec(path)?.[1]?.toLowerCase() as Folder | undefined;
      const filter = /^internetMessageId eq '(.*)'$/.exec(searchParams.get('$filter') ?? '')?.[1];
      return {
        kind: 'lookup',
        process: (mailbox) =>
          filter === undefined
            ? unknownFilter
            : json(200, { value: mailbox.find(folder, filter.replaceAll("''", "'")).map(shown) }),
      };
    }
    default:
      return { kind: 'other', process: () => refusal(400, 'BadRequest', `${step} is not known here`) };
  }
}

function taken(submit: () => void): Answer {
  submit();
  return { status: 202 };
}

function found(item: Item | undefined): Answer {
  return item ? json(200, shown(item)) : notFound;
}

function shown({ id, messageId, isDraft, at }: Item): object {
  return { id, isDraft, internetMessageId: messageId, createdDateTime: at, sentDateTime: isDraft ? null : at };
}

/** What every test message ends with, so that half of one is never taken for a whole. */
export const lastLine = 'This is the end of the message.';

/** The Message-ID of a MIME message in base64. Throws for anything that is not a whole message. */
function messageIdIn(body: Buffer): string {
  const mime = Buffer.from(body.toString('latin1'), 'base64');
  if (!mime.subarray(-200).includes(lastLine)) throw new Error('half a message');
  const head = mime.subarray(0, mime.indexOf('\r\n\r\n')).toString();
  const messageId = /^Message-ID:\s*(<[^>]*>)/im.exec(head)?.[1];
  if (!messageId) throw new Error('a message without Message-ID');
  return messageId;
}
