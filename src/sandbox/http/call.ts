import type { IncomingHttpHeaders } from 'node:http';
import type { Body } from './body.js';
import type { RequestNotes } from './request-log.js';

/** One request, as Entra and Graph see it. */
export interface Call {
  method: string;
  path: RequestPath;
  headers: IncomingHttpHeaders;
  /** Of the sandbox, as the client named it: links in the answer lead there. */
  origin: string;
  /** Given by the sandbox. */
  requestId: string;
  /** Given by the caller: the `client-request-id` of the header or the query. */
  clientRequestId: string | undefined;
  /** Milliseconds since 1970. */
  at: number;
  /** Reads the body once. */
  body: (limit: number) => Promise<Body>;
  /** Runs when the answer goes out or the client has gone away; not later than the client can act on the answer. */
  whenSettled: (run: () => void) => void;
  /** Notes the mailbox that the request is about, for the request log. */
  about: (mailbox: string) => void;
  /** Notes what else is found out about the request, for the request log. */
  note: (notes: RequestNotes) => void;
}

export interface RequestPath {
  /** Percent-decoded, without empty ones. */
  segments: string[];
  query: URLSearchParams;
  /** The first segment whose percent-encoding is broken; the request can then only be refused. */
  malformed?: string;
}

/** Takes a request target apart without `new URL`, which throws on rubbish and normalises what should be seen as sent. */
export function parseRequestPath(target: string): RequestPath {
  const mark = target.indexOf('?');
  const query = new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1));
  const segments: string[] = [];
  for (const raw of (mark < 0 ? target : target.slice(0, mark)).split('/')) {
    if (raw === '') continue;
    try {
      segments.push(raw.includes('%') ? decodeURIComponent(raw) : raw);
    } catch {
      return { segments, query, malformed: raw };
    }
  }
  return { segments, query };
}
