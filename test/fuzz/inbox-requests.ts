import fc from 'fast-check';
import { body } from './any-body.js';
import * as any from './any-http.js';

export interface InboxPlace {
  host: string;
  /** Id of a message that is there. */
  messageId: string;
  mailbox: string;
}

/** Requests to the inbox side: its page and its JSON API. */
export function inboxRequests({ host, messageId, mailbox }: InboxPlace): fc.Arbitrary<any.FuzzedRequest> {
  const message = `/api/messages/${messageId}`;
  const folders = `/api/mailboxes/${mailbox}`;
  const known = fc.constantFrom(
    ...['/', '/app.js', '/api/messages', '/api/messages/wait?timeout=1', message, `${message}/raw`, `${message}/html`],
    ...[`${message}/attachments/0`, `${message}/delivered`, '/api/requests', '/api/mailboxes', `${folders}/drafts`],
    ...[
      `${folders}/sentItems`,
      `${folders}/inbox/x/raw`,
      '/api/connect',
      '/api/throttling',
      '/api/stats',
      '/api/events',
    ],
    ...['/api/tenant', '/api/tenant/access', '/api/tenant/mailboxes/new@contoso.example', '/api/tenant/apps/new'],
    ...[
      '/api/tenant/groups/g',
      '/api/tenant/accessPolicies/p',
      '/api/tenant/assignments/a',
      '/api/faults',
      '/api/scenario',
    ],
  );
  const paths = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(known, any.query).map(([start, query]) => (start.includes('?') ? start : start + query)),
    },
    fc.array(any.segment, { maxLength: 4 }).map((segments) => `/api/${segments.join('/')}`),
    fc.tuple(known, any.segment).map(([start, segment]) => `${start}/${segment}`),
  );
  const headers = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constant(['Content-Type', 'application/json'] as const) },
      fc.constantFrom(
        ['Origin', `http://${host}`],
        ['Origin', 'null'],
        ['Sec-Fetch-Site', 'cross-site'],
        ['Range', 'bytes=0-'],
      ),
      fc.tuple(fc.constantFrom('Origin', 'Content-Type', 'Accept', 'Last-Event-ID'), any.headerValue),
    ) as fc.Arbitrary<readonly [string, string]>,
    { maxLength: 3 },
  );
  const rule = fc.record(
    {
      on: fc.constantFrom('sendMail', 'token', 'lookup', 'nothing', 7),
      status: fc.constantFrom(504, 429, 200, -1, 'x', null),
      times: fc.constantFrom(1, 0, -1, null, 1e99, 'x'),
      recipient: fc.constantFrom('ana@example.com', '', 1, {}),
      delay: fc.constantFrom(0, -1, 'x'),
      headers: fc.constantFrom({}, { 'Retry-After': '1' }, { 'bad\nname': 'x' }, { a: 1 }, 'x', null),
      body: fc.jsonValue({ maxDepth: 1 }),
    },
    { requiredKeys: [] },
  );
  const change = fc.oneof(
    rule,
    fc.record({ propagationDelay: fc.constantFrom(0, -1, 'x', null) }),
    fc.record({ name: fc.string({ maxLength: 8 }) }),
    fc.dictionary(
      fc.constantFrom(
        'address',
        'aliases',
        'members',
        'roles',
        'certificates',
        'secrets',
        'app',
        'scope',
        'group',
        'hasMailbox',
      ),
      fc.jsonValue({ maxDepth: 2 }),
    ),
  );
  return fc.record({
    method: any.method,
    path: paths,
    headers,
    body: fc.oneof({ weight: 3, arbitrary: change.map((value) => Buffer.from(JSON.stringify(value))) }, body),
    framing: any.framing,
    delivery: any.delivery,
  });
}
