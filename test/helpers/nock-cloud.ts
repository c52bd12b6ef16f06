import nock from 'nock';
import { mailbox } from './fixtures.js';

export const authority = 'https://login.microsoftonline.com';
export const graphHost = 'https://graph.microsoft.com';
export const sendMailPath = `/v1.0/users/${encodeURIComponent(mailbox)}/sendMail`;

/** One request as nock saw it. */
interface Seen {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** An answer: status, body, headers. */
export type Reply = [status: number, body?: string | object, headers?: Record<string, string>];

/** The global cloud, intercepted: each request is noted, and the replies are given in turn, the last one for ever. */
export function cloud(replies: { graph?: Reply[]; token?: Reply[] } = {}) {
  const graph: Seen[] = [];
  const token: Seen[] = [];
  const { graph: graphReplies = [[202]], token: tokenReplies } = replies;
  const tokenReply = (index: number): Reply =>
    tokenReplies?.[Math.min(index, tokenReplies.length - 1)] ?? [
      200,
      { token_type: 'Bearer', expires_in: 3599, access_token: `nock-secret-token-${index + 1}` },
    ];
  nock(authority)
    .persist()
    .post(/.*/)
    .reply(function (uri, body) {
      token.push({ path: uri, headers: this.req.headers as Record<string, string>, body: String(body) });
      return tokenReply(token.length - 1) as [number, string];
    });
  nock(graphHost)
    .persist()
    .post(/.*/)
    .reply(function (uri, body) {
      graph.push({ path: uri, headers: this.req.headers as Record<string, string>, body: String(body) });
      return graphReplies[Math.min(graph.length, graphReplies.length) - 1] as [number, string];
    });
  return { graph, token };
}

/** The client assertion of a token request, read and taken apart. */
export function assertionOf(form: string) {
  const fields = Object.fromEntries(new URLSearchParams(form));
  const jwt = fields.client_assertion ?? '';
  const [header, payload, signature] = jwt.split('.') as [string, string, string];
  const json = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  return {
    fields,
    jwt,
    header: json(header),
    payload: json(payload),
    signed: `${header}.${payload}`,
    signature: Buffer.from(signature, 'base64url'),
  };
}
