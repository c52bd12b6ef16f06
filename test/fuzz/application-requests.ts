import fc from 'fast-check';
import type { HttpRequest } from '../../src/cli/live/common/plain-http.js';
import { messagePath, type Target } from '../../src/cli/live/common/target.js';
import { tokenForm } from './any-body.js';
import * as any from './any-http.js';
import { attachment, json, sendableJson } from './any-json.js';
import { sendableMime } from './any-mime.js';

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

/** Requests of an application that has its token and knows its paths, with anything in them. */
export async function applicationRequests(target: Target): Promise<fc.Arbitrary<HttpRequest & { url: string }>> {
  const authorization = `Bearer ${await target.accessToken()}`;
  const user = `/v1.0/users/${target.settings.mailbox}`;
  const draft = await target.draft(target.mail('draft'));
  const ids = [...Array(4).fill(draft.json.id), 'AAMkAGNothing=', '%', '__proto__'];
  const AttachmentItem = { attachmentType: 'file', name: 'a.bin', size: 3_200_000 };
  const path = `${messagePath(draft.json.id)}/attachments/createUploadSession`;
  const { uploadUrl } = (await target.graph('POST', path, { json: { AttachmentItem } })).json;
  const wish = (method: string, path: string, body: Buffer, type: string) => ({
    url: target.settings.graphHost + path,
    method,
    headers: { authorization, 'content-type': type },
    // As text: a counterexample is to be read.
    ...(method !== 'GET' && { body: body.toString() }),
  });
  const nothing = Buffer.alloc(0);
  const text = (bytes: Buffer) => Buffer.from(bytes.toString('base64'));
  const stringify = (value: unknown) => Buffer.from(JSON.stringify(value));
  const place = fc.constantFrom(`${user}/sendMail`, `${user}/messages`);
  const item = fc.constantFrom(...ids).map((id) => user + messagePath(id));
  const folder = fc.constantFrom('', '/mailFolders/drafts', '/mailFolders/sentitems').map((name) => user + name);
  return fc.oneof(
    fc.tuple(place, sendableMime).map(([path, mime]) => wish('POST', path, text(mime), 'text/plain')),
    sendableJson.map((message) => wish('POST', `${user}/sendMail`, stringify({ message }), JSON_TYPE)),
    sendableJson.map((message) => wish('POST', `${user}/messages`, stringify(message), JSON_TYPE)),
    fc.tuple(place, json).map(([path, value]) => wish('POST', path, value, JSON_TYPE)),
    fc.tuple(item, sendableJson).map(([path, message]) => wish('PATCH', path, stringify(message), JSON_TYPE)),
    fc
      .tuple(item, fc.constantFrom('', '/createUploadSession'), attachment)
      .map(([path, end, value]) => wish('POST', `${path}/attachments${end}`, stringify(value), JSON_TYPE)),
    fc.tuple(any.contentRange, fc.nat(100)).map(([range, length]) => {
      return { url: uploadUrl, method: 'PUT', headers: { 'content-range': range }, body: Buffer.alloc(length) };
    }),
    fc
      .tuple(item, fc.constantFrom('', '/$value', '/attachments'), any.query)
      .map(([path, end, query]) => wish('GET', path + end + query, nothing, JSON_TYPE)),
    fc.tuple(folder, any.query).map(([path, query]) => wish('GET', `${path}/messages${query}`, nothing, JSON_TYPE)),
    tokenForm([target.settings.clientId, target.assertion()]).map((form) =>
      wish('POST', `/${target.settings.tenantId}/oauth2/v2.0/token`, form, FORM_TYPE),
    ),
  );
}
