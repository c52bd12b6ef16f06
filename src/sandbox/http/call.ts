import type { IncomingHttpHeaders } from 'node:http';
import type { Body } from './body.js';
import type { RequestNotes } from './request-log.js';
import type { RequestPath } from './request-path.js';

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
