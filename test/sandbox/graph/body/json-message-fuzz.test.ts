import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createDraft, MAILBOX, mail, startClientWith } from '../../support.js';

// Words that lead somewhere, so that rubbish gets past the first check.
const word = fc.constantFrom(
  ...['subject', 'body', 'from', 'sender', 'toRecipients', 'emailAddress', 'address', 'name', 'contentType', 'content'],
  ...['html', 'importance', 'high', 'internetMessageHeaders', 'value', 'x-a', 'internetMessageId', '<1@x>', 'isRead'],
  ...['attachments', '@odata.type', '#microsoft.graph.fileAttachment', 'contentBytes', 'QQ==', 'contentId', 'isInline'],
  ...['ana@example.com', 'a@undeliverable.test', '"', '\r\nBcc: evil@example.com', '=?utf-8?B?', '\u0000', '😀', ''],
);
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    word,
    fc.constantFrom(null, true, false, 0, -1, 1e308),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(word, tie('value'), { maxKeys: 5 }),
  ),
})).value;

it('whatever JSON comes is taken or refused with a reason, and nobody gets what was not meant for him', async () => {
  const client = await startClientWith({ requestLimit: false, mailboxConcurrency: false });
  const token = await client.accessToken();
  const recipient = { emailAddress: { address: 'ana@example.com' } };
  await fc.assert(
    fc.asyncProperty(fc.dictionary(word, json, { maxKeys: 4 }), async (content) => {
      const message = { toRecipients: [recipient], ...content };
      const { path } = await createDraft(client, mail(), { token });
      const replies = [
        await client.graph('POST', '/sendMail', { json: { message }, token }),
        await client.graph('POST', '/messages', { json: content, token }),
        await client.graph('PATCH', path, { json: content, token }),
        await client.graph('POST', `${path}/attachments`, { json: content, token }),
        await client.graph('POST', `${path}/send`, { token }),
      ];
      for (const reply of replies) {
        expect([200, 201, 202, 400, 403, 501]).toContain(reply.status);
        if (reply.status >= 400) expect(reply.json.error.message).not.toBe('');
      }
    }),
    { interruptAfterTimeLimit: 3000, numRuns: 300 },
  );
  for (const { delivered, raw } of await client.sandbox.messages()) {
    expect(raw.toString()).not.toMatch(/^bcc:.*evil/im);
    expect(delivered.map((one) => one.recipient)).not.toContain('evil@example.com');
  }
  expect((await client.sendMail(mail(), { token })).status).toBe(202);
}, 30_000);

it('whatever a lookup asks for is answered or refused with a reason', async () => {
  const client = await startClientWith({ requestLimit: false });
  const token = await client.accessToken();
  const { path } = await createDraft(client, mail(), { token });
  await client.sendMail(mail({ To: `a@undeliverable.test, ${MAILBOX}` }), { token });
  const option = fc.constantFrom('$filter', '$select', '$orderby', '$top', '$skip', '$count', '$expand', 'x', '$');
  const part = fc.constantFrom(
    ...['subject', 'isDraft', 'receivedDateTime', 'internetMessageId', ' eq ', ' ge ', ' and ', ' desc', ',', "'Hi'"],
    ...["''", "'", 'true', '2026-11-23T10:00:00Z', '2026-99-99T99:99:99Z', '1', '-1', '99999999999999999999', '%', ''],
  );
  const value = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''));
  const where = fc.constantFrom(
    ...['/messages', '/messages/$count', '/mailFolders', '/mailFolders/inbox/messages', '/mailFolders/x', path],
    ...[`${path}/attachments`, `${path}/attachments/x`, `${path}/attachments/x/$value`, `${path}/$value`],
  );
  await fc.assert(
    fc.asyncProperty(where, fc.dictionary(option, value, { maxKeys: 3 }), async (at, query) => {
      const reply = await client.graph('GET', `${at}?${new URLSearchParams(query)}`, { token });
      expect([200, 400, 404]).toContain(reply.status);
    }),
    { interruptAfterTimeLimit: 2000, numRuns: 300 },
  );
}, 30_000);
