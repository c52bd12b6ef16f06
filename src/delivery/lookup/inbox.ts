import { GraphMailError } from '../../common/errors.js';
import { inboxQuery, longestMime, nextQuery } from '../../graph/client.js';
import { parseObject } from '../../graph/http.js';
import type { Requests } from '../request/requests.js';
import { classifyWhole, type RunLookup, readOnly } from './lookup-request.js';

/** A message that lies in the Inbox. */
export interface InboxMessage {
  id: string;
  /** When it came, as Graph writes it: ISO 8601, in UTC. */
  receivedAt: string;
  subject: string;
  /**
   * Reads all of it, up to 64 MiB.
   * @throws GraphMailError
   */
  mime(): Promise<Buffer>;
}

interface Page {
  messages: { id: string; receivedAt: string; subject: string }[];
  /** The query of the next one. */
  next: string | undefined;
}

/**
 * Reads what has come into the Inbox since, the oldest first. Nothing is held while the caller is busy with a message.
 * @throws GraphMailError
 */
export async function* readInbox(run: RunLookup, since: Date): AsyncGenerator<InboxMessage, void, undefined> {
  for (let query: string | undefined = inboxQuery(since); query !== undefined; ) {
    const asked: string = query;
    const { messages, next }: Page = await readOnly(run, (requests) => readPage(requests, asked));
    for (const message of messages) {
      yield { ...message, mime: () => readOnly(run, (requests) => readMime(requests, message.id)) };
    }
    query = next;
  }
}

async function readPage(requests: Requests, query: string): Promise<Page> {
  const { graph, mailbox } = requests;
  const { answer } = await requests.perform({
    command: 'listInbox',
    submission: false,
    bytes: 0,
    classify: classifyWhole(({ body }) => Array.isArray(parseObject(body).value)),
    request: (call) => graph.listInbox(mailbox, query, call),
  });
  const { value, '@odata.nextLink': link } = parseObject(answer.body);
  const messages = (value as Record<string, unknown>[]).flatMap((item) =>
    typeof item?.id === 'string'
      ? [{ id: item.id, receivedAt: text(item.receivedDateTime), subject: text(item.subject) }]
      : [],
  );
  if (link === undefined) return { messages, next: undefined };
  const next = nextQuery(text(link), graph.inboxAddress(mailbox));
  if (next === undefined || next === query) throw strangeLink(mailbox);
  return { messages, next };
}

async function readMime(requests: Requests, id: string): Promise<Buffer> {
  const { graph, mailbox } = requests;
  const { answer } = await requests.perform({
    command: 'getMime',
    submission: false,
    bytes: 0,
    classify: classifyWhole(({ bytes }) => bytes !== undefined),
    request: (call) => graph.getMime(mailbox, id, call),
  });
  if (Buffer.isBuffer(answer.bytes)) return answer.bytes;
  throw new GraphMailError(`A message in the Inbox of ${mailbox} has more than ${longestMime} bytes.`, {
    code: 'EGRAPH',
    command: 'getMime',
    permanent: true,
    hint: 'It is too large to be a report of non-delivery: leave it out.',
  });
}

function strangeLink(mailbox: string): GraphMailError {
  return new GraphMailError(
    `Graph's list of the Inbox of ${mailbox} goes on at another place, which is not followed: the token would go there.`,
    {
      code: 'EGRAPH',
      command: 'listInbox',
      permanent: true,
      hint: 'Check the option cloud, and whether a proxy in between changes answers.',
    },
  );
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
