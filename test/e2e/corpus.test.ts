import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphTransport, isGraphMailError } from '../../src/index.js';
import { toCrlf } from '../../src/message/compose/encodings.js';
import { parseAddressList } from '../../src/message/header/address-list.js';
import { fieldsNamed, readHeader } from '../../src/message/header/header.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';

const corpus = path.resolve(import.meta.dirname, '../../../shared/corpora/eml');
const files = existsSync(corpus)
  ? readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.eml'))
  : [];

if (files.length === 0) console.warn(`No message corpus at ${corpus}: these tests have no cases.`);

/** The recipients that a message's own header names, as its author would put them into the envelope. */
function recipientsOf(message: Buffer): string[] {
  const header = readHeader(message);
  if ('fault' in header) return [];
  const lists = ['to', 'cc', 'bcc']
    .flatMap((name) => fieldsNamed(header.fields, name))
    .map(({ value }) => parseAddressList(value));
  return lists.flatMap((list) => ('addresses' in list ? list.addresses : []));
}

describe.runIf(files.length > 0)('real-world and malformed messages sent as raw', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ fromMismatch: 'allow' });
  });
  afterAll(() => sandbox.close());

  it.each(files)('%s arrives byte for byte, or is refused with a named reason', async (file) => {
    const raw = readFileSync(path.join(corpus, file));
    const expected = toCrlf(raw);
    const to = recipientsOf(expected);
    sandbox.clear();
    const transporter = createTransport(graphTransport(sandbox.options));
    const envelope = { from: sandbox.options.mailbox, to: to.length > 0 ? to : ['someone@example.com'] };
    const result = await transporter.sendMail({ envelope, raw }).then(
      (info) => info,
      (error: unknown) => error,
    );
    transporter.close();
    const [arrived] = await sandbox.messages();
    if (isGraphMailError(result)) {
      expect(result).toMatchObject({ outcome: 'not-sent', code: expect.stringMatching(/^(EENVELOPE|EMESSAGE)$/) });
      expect(result.message.length + (result.hint?.length ?? 0)).toBeGreaterThan(40);
      expect(arrived).toBeUndefined();
      return;
    }
    expect(result).toMatchObject({ messageId: expect.stringMatching(/\S/) });
    expect(withoutAdditions(arrived?.raw, expected).toString('latin1')).toBe(
      expected.toString('latin1') + (expected.at(-1) === 0x0a ? '' : '\r\n'),
    );
  });
});

/** What arrived, without the Message-ID and Bcc that were added because the message had none. */
function withoutAdditions(arrived: Buffer | undefined, sent: Buffer): Buffer {
  if (!arrived) return Buffer.alloc(0);
  const [before, after] = [readHeader(sent), readHeader(arrived)];
  if ('fault' in before || 'fault' in after) return arrived;
  const added = after.fields.filter(
    ({ name }) => /^(message-id|bcc)$/i.test(name) && fieldsNamed(before.fields, name.toLowerCase()).length === 0,
  );
  return added
    .toReversed()
    .reduce((bytes, { start, end }) => Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]), arrived);
}
