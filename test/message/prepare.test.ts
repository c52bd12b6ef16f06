import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import MailComposer from 'nodemailer/lib/mail-composer';
import { describe, expect, test } from 'vitest';
import { composeBody } from '../../src/message/body.js';
import type { ComposedMail } from '../../src/message/common/types.js';
import { prepareMessage } from '../../src/message/prepare.js';
import { settleOptions } from '../../src/options/check-options.js';
import { thrownBy } from '../helpers/failure.js';
import { baseOptions } from '../helpers/fixtures.js';

const settings = settleOptions(baseOptions, {});
const fromChosen = settleOptions({ ...baseOptions, mailbox: 'from', allowedMailboxes: '*@contoso.com' }, {});
const raw = 'From: noreply@contoso.com\r\nTo: ana@example.com\r\n\r\nHello\r\n';

/** A message as Nodemailer hands it over. */
const mailOf = (data: object): ComposedMail => ({ data, message: new MailComposer(data).compile() }) as never;

describe('a message that Nodemailer composes', () => {
  test('goes to the recipients of its envelope', () => {
    const plan = prepareMessage(mailOf({ from: 'x@contoso.com', to: 'a@x.example', bcc: 'b@x.example' }), settings);
    expect(plan).toEqual({
      bytes: undefined,
      choices: { delivery: 'direct', onUnknown: 'fail', largeMessages: 'reject', patience: {} },
      mailbox: baseOptions.mailbox,
      raw: false,
      envelope: { from: 'x@contoso.com', to: ['a@x.example', 'b@x.example'] },
      envelopeTo: ['a@x.example', 'b@x.example'],
    });
  });

  test('without any is refused before it waits', () => {
    expect(thrownBy(() => prepareMessage(mailOf({ from: 'x@contoso.com' }), settings)).code).toBe('EENVELOPE');
  });
});

describe('a raw message', () => {
  test('without an envelope goes to whom its header names', () => {
    expect(prepareMessage(mailOf({ raw }), settings)).toMatchObject({ raw: true, envelopeTo: undefined });
  });

  test('with an envelope goes to whom that names', async () => {
    const envelope = { from: 'x@contoso.com', to: ['b@x.example'] };
    expect((await prepareMessage(mailOf({ raw, envelope }), settings)).envelopeTo).toEqual(['b@x.example']);
  });

  test('with an empty envelope goes to nobody, and not to its header after all', () => {
    const mail = mailOf({ raw, envelope: { from: 'x@contoso.com', to: [] } });
    expect(thrownBy(() => prepareMessage(mail, settings)).message).toBe('No recipients defined.');
  });

  test("for mailbox: 'from' has its own From read, whatever is said beside the bytes", async () => {
    const beside = [
      {},
      { from: 'other@contoso.com', to: 'a@x.example' },
      { envelope: { from: 'other@contoso.com', to: 'a@x.example' } },
    ];
    for (const fields of beside) {
      const plan = await prepareMessage(mailOf({ raw, ...fields }), fromChosen);
      expect(plan.mailbox).toBe('noreply@contoso.com');
      expect(plan.bytes).toBeUndefined();
    }
  });
});

test('what cannot be prepared is EMESSAGE, with its cause', () => {
  const cause = new Error('broken');
  const mail = {
    data: {},
    message: {
      getEnvelope: () => {
        throw cause;
      },
    },
  };
  expect(thrownBy(() => prepareMessage(mail as never, settings))).toMatchObject({
    code: 'EMESSAGE',
    outcome: 'not-sent',
    cause,
  });
});

test('the body is the base64 of the bytes, and the size that of the bytes', async () => {
  const mail = mailOf({ from: 'x@contoso.com', to: 'a@x.example', text: 'Hello' });
  const { body, size, recipients } = await composeBody(mail, await prepareMessage(mail, settings), settings);
  const mime = Buffer.from(body.toString(), 'base64');
  expect(mime.length).toBe(size);
  expect(mime.toString()).toMatch(/\r\n\r\nHello\r\n$/);
  expect(recipients).toEqual(['a@x.example']);
});

describe("a raw message from a file, for mailbox: 'from'", () => {
  test('is read again when its turn comes, and refused when another mailbox stands in it by then', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'raw-'));
    const file = path.join(folder, 'mail.eml');
    writeFileSync(file, raw);
    const mail = mailOf({ raw: { path: file } });
    const plan = await prepareMessage(mail, fromChosen);
    expect(plan).toMatchObject({ mailbox: 'noreply@contoso.com', bytes: undefined });
    expect((await composeBody(mail, plan, fromChosen)).from).toBe('noreply@contoso.com');
    writeFileSync(file, raw.replace('noreply@', 'boss@'));
    await expect(composeBody(mail, plan, fromChosen)).rejects.toMatchObject({
      code: 'EENVELOPE',
      outcome: 'not-sent',
    });
    rmSync(folder, { recursive: true });
  });
});

test.each([
  ['\uFEFF', 'it begins with a byte order mark'],
  ['\n', 'it begins with an empty line'],
  ['From ana@example.com Mon Nov 30 09:00:00 2026\n', 'line 1 is the "From " line of an mbox file'],
])(
  'a raw message with %j above its header is refused with that, also where its From chooses the mailbox',
  async (above, cause) => {
    const failure = await Promise.resolve(prepareMessage(mailOf({ raw: above + raw }), fromChosen)).catch(
      (error) => error,
    );
    expect(failure).toMatchObject({
      code: 'EMESSAGE',
      outcome: 'not-sent',
      message: `The message does not begin with a header that can be read: ${cause}.`,
    });
  },
);
