import fc from 'fast-check';
import { messagePath, type Target } from '../../src/cli/live/common/target.js';
import { body, tokenForm } from './any-body.js';
import * as any from './any-http.js';

/** Requests to the HTTPS side of which little is right; with a draft and an upload session to hit. */
export async function graphRequests(target: Target): Promise<fc.Arbitrary<any.FuzzedRequest>> {
  const token = await target.accessToken();
  const draft = await target.draft(target.mail('draft'));
  const AttachmentItem = { attachmentType: 'file', name: 'a.bin', size: 3_200_000 };
  const path = `${messagePath(draft.json.id)}/attachments/createUploadSession`;
  const session = await target.graph('POST', path, { json: { AttachmentItem } });
  const { pathname, search } = new URL(session.json.uploadUrl);
  const user = `/v1.0/users/${target.settings.mailbox}`;
  const message = `${user}${messagePath(draft.json.id)}`;
  const { tenantId } = target.settings;
  const known = fc.constantFrom(
    ...[`${user}/sendMail`, `${user}/sendMail`, `${user}/messages`, `${user}/messages`, message, `${message}/$value`],
    ...[`${message}/send`, `${message}/attachments`, `${message}/attachments/createUploadSession`, pathname + search],
    ...[
      `${user}/mailFolders/sentitems/messages`,
      `${user}/mailFolders/drafts/messages`,
      `${user}/mailFolders/x/messages`,
    ],
    ...['/v1.0/admin/exchange/tracing/messageTraces', '/v1.0/admin/exchange/tracing/messageTraces/1/x'],
    ...['/v1.0/$batch', '/v1.0/me/sendMail', `/${tenantId}/oauth2/v2.0/token`, '/common/discovery/instance', '/', '*'],
    ...[`/${tenantId}/v2.0/.well-known/openid-configuration`, 'https://localhost/v1.0/users', pathname],
  );
  const paths = fc.oneof(
    { weight: 5, arbitrary: known },
    fc.array(any.segment, { maxLength: 6 }).map((segments) => `/${segments.join('/')}`),
    fc.tuple(known, any.segment).map(([start, segment]) => `${start}/${segment}`),
  );
  const headers = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant(['Authorization', `Bearer ${token}`] as const) },
      { weight: 6, arbitrary: fc.constantFrom(['Content-Type', 'text/plain'], ['Content-Type', 'application/json']) },
      fc.constantFrom(
        ['Content-Type', 'application/x-www-form-urlencoded'],
        ['Content-Type', ';;;'],
        ['Authorization', 'Bearer a.b.c'],
        ['Authorization', 'Basic OjpeOg=='],
        ['Content-Range', 'bytes 0-9/10'],
        ['Content-Range', 'bytes 0-2097151/3200000'],
        ['Content-Range', 'bytes 9-0/0'],
        ['Content-Range', `bytes ${'9'.repeat(400)}-1/*`],
        ['Prefer', 'IdType="ImmutableId"'],
        ['client-request-id', '\u00ff\u0080'],
        ['Expect', '100-continue'],
      ),
      fc.tuple(fc.constantFrom('Content-Range', 'Prefer', 'Content-Type', 'Authorization', 'x-test'), any.headerValue),
    ) as fc.Arbitrary<readonly [string, string]>,
    { maxLength: 5 },
  );
  return fc.record({
    method: any.method,
    path: fc.tuple(paths, any.query).map(([start, query]) => start + query),
    headers,
    body: fc.oneof({ weight: 8, arbitrary: body }, tokenForm([target.settings.clientId])),
    framing: any.framing,
    delivery: any.delivery,
  });
}
