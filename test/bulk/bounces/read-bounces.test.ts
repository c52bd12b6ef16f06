import { describe, expect, it } from 'vitest';
import { readBounces } from '../../../src/bulk/bounces/read-bounces.js';
import { GraphMailError } from '../../../src/common/errors.js';
import { original, plainMail, report } from './reports.js';

const status =
  'Reporting-MTA: dns;a.example\r\n\r\nFinal-Recipient: rfc822;jo@customer.example\r\nAction: failed\r\nStatus: 5.1.1\r\n';
const bounced = report({ status, headers: [`In-Reply-To: ${original}`] });
const since = new Date('2026-11-23T00:00:00Z');

interface Asked {
  mailbox: string;
  since: Date;
  signal?: AbortSignal;
}

/** A transporter whose Inbox holds these mails; an error is thrown when that mail is fetched. */
function transporterWith(mails: readonly (string | Error)[]) {
  const asked: Asked[] = [];
  const transporter = {
    async *readInbox(options: Asked) {
      asked.push(options);
      for (const [i, mail] of mails.entries()) {
        const mime = async () => {
          if (mail instanceof Error) throw mail;
          return Buffer.from(mail);
        };
        yield { id: `mail-${i}`, receivedAt: `2026-11-23T13:0${i}:00Z`, subject: 'News', mime };
      }
    },
  };
  return { transporter: { transporter }, asked };
}

function failure(responseCode: number) {
  return new GraphMailError(`Graph answered ${responseCode}`, { code: 'EGRAPH', responseCode });
}

describe('readBounces', () => {
  it('gives the reports among the mails of the Inbox, with the id and time of each', async () => {
    const { transporter, asked } = transporterWith([plainMail([], 'Thank you!'), bounced, plainMail([], 'Hello')]);
    const found = [];
    for await (const bounce of readBounces({ transporter, mailbox: 'news@contoso.example', since })) found.push(bounce);
    expect(found).toMatchObject([{ id: 'mail-1', receivedAt: '2026-11-23T13:01:00Z', originalMessageId: original }]);
    expect(asked).toEqual([{ mailbox: 'news@contoso.example', since }]);
  });

  it('hands on the signal', async () => {
    const { transporter, asked } = transporterWith([]);
    const { signal } = new AbortController();
    for await (const _ of readBounces({ transporter, mailbox: 'a@b.example', since, signal })) expect.unreachable();
    expect(asked[0]?.signal).toBe(signal);
  });

  it('passes over a mail that somebody deleted meanwhile', async () => {
    const { transporter } = transporterWith([failure(404), bounced]);
    const ids: string[] = [];
    for await (const { id } of readBounces({ transporter, mailbox: 'a@b.example', since })) ids.push(id);
    expect(ids).toEqual(['mail-1']);
  });

  it('fails when a mail cannot be read for another reason', async () => {
    const { transporter } = transporterWith([failure(403), bounced]);
    const reading = readBounces({ transporter, mailbox: 'a@b.example', since });
    await expect(reading.next()).rejects.toMatchObject({ responseCode: 403 });
  });

  it.each([
    ['another transporter', { sendMail() {} }],
    ['another transport', { transporter: { name: 'SMTP', send() {} } }],
    ['nothing', undefined],
  ])('says what it needs when it is given %s', async (_, transporter) => {
    const reading = readBounces({ transporter, mailbox: 'a@b.example', since });
    await expect(reading.next()).rejects.toMatchObject({
      code: 'ECONFIG',
      message: 'readBounces: this transporter cannot read an Inbox',
      hint: expect.stringContaining('createGraphTransporter()'),
    });
  });

  it('refuses a date that is none', async () => {
    const { transporter } = transporterWith([]);
    const reading = readBounces({ transporter, mailbox: 'a@b.example', since: new Date('soon') });
    await expect(reading.next()).rejects.toMatchObject({ code: 'ECONFIG' });
  });
});
