import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { formatPreflight, type PreflightSummary } from '../../src/preflight/summary.js';
import { discard, mailbox, plain, preflighted } from './support.js';

async function someMails(): Promise<PreflightSummary> {
  const { transporter, preflight } = preflighted({}, discard);
  await transporter.sendMail(plain);
  for (let i = 0; i < 12; i++)
    await transporter.sendMail({ ...plain, subject: `Ticket ${i}`, headers: { 'X-Ticket': `${i}` } });
  await transporter.sendMail({
    ...plain,
    from: 'else@contoso.example',
    sender: 'office@contoso.example',
    dsn: { id: '1' },
  });
  await transporter.sendMail({
    ...plain,
    subject: undefined,
    cc: 'x@example.com',
    envelope: { from: mailbox, to: 'ana@example.com' },
  });
  await transporter.sendMail({
    ...plain,
    subject: 'Report',
    attachments: [{ filename: 'report.pdf', content: Buffer.alloc(4_000_000) }],
  });
  await transporter.sendMail({ ...plain, attachments: [{ href: 'http://127.0.0.1:9/' }] });
  return preflight.summary();
}

describe('the summary', () => {
  it('counts mails by their verdict and findings by their kind', async () => {
    const summary = await someMails();
    expect(summary).toMatchObject({ mails: 17, clean: 13, changed: 1, refused: 2, unchecked: 1, reportFailures: 0 });
    const counts = Object.entries(summary.byKind).map(([kind, { mails, severity }]) => [kind, severity, mails]);
    expect(counts).toEqual([
      ['envelope-leaves-out', 'refused', 1],
      ['too-large', 'refused', 1],
      ['from-not-mailbox', 'changed', 1],
      ['dsn', 'changed', 1],
      ['custom-headers', 'note', 12],
      ['sender-header', 'note', 1],
      ['size-unknown', 'note', 1],
    ]);
    expect(summary.heaviest[0]).toMatchObject({ subject: 'Report', size: expect.any(Number) });
    expect(summary.byKind['custom-headers']?.examples).toHaveLength(10);
    expect(summary.byKind['custom-headers']?.examples[0]).toEqual({
      messageId: expect.stringMatching(/^<.*>$/),
      subject: 'Ticket 0',
      message: expect.stringContaining('X-Ticket'),
    });
  });

  it('says once what holds for every mail', async () => {
    const { notes, byKind } = await someMails();
    expect(notes.join(' ')).toContain('Sent Items');
    expect(JSON.stringify(byKind)).not.toContain('Sent Items');
  });

  it('can be written as JSON and is a copy', async () => {
    const { transporter, preflight } = preflighted({}, discard);
    await transporter.sendMail({ ...plain, dsn: { id: '1' } });
    const summary = preflight.summary();
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
    const before = structuredClone(summary);
    summary.byKind.dsn?.examples.pop();
    summary.heaviest.pop();
    expect(preflight.summary()).toEqual(before);
  });

  it('stays small over 2,000 mails that are all different', async () => {
    const { transporter, preflight } = preflighted({ report: undefined }, discard);
    const held = () => inspect(preflight.summary(), { depth: 10, maxStringLength: null, maxArrayLength: null }).length;
    const send = (i: number) =>
      transporter.sendMail({
        from: `user${i}@fabrikam.example`,
        to: Array.from({ length: 3 }, (_, n) => `to${n}.${i}@example.com`),
        envelope: { from: mailbox, to: `only${i}@example.com` },
        subject: `${i} ${'long '.repeat(100)}`,
        headers: { [`X-Own-${i}`]: 'x', 'Auto-Submitted': 'auto-generated' },
        text: 'x'.repeat(i % 1_000),
        dsn: { id: `${i}` },
      });
    for (let i = 0; i < 200; i++) await send(i);
    const early = held();
    for (let i = 200; i < 2_000; i++) await send(i);
    expect(preflight.summary()).toMatchObject({ mails: 2_000, refused: 2_000 });
    for (const { examples } of Object.values(preflight.summary().byKind)) expect(examples).toHaveLength(10);
    expect(preflight.summary().heaviest).toHaveLength(10);
    expect(held()).toBeLessThan(early * 1.1);
    expect(held()).toBeLessThan(100_000);
  });

  it('keeps no example where none is wanted', async () => {
    const { transporter, preflight } = preflighted({ examples: 0 }, discard);
    await transporter.sendMail({ ...plain, dsn: { id: '1' } });
    expect(preflight.summary()).toMatchObject({ byKind: { dsn: { mails: 1, examples: [] } }, heaviest: [] });
    expect(formatPreflight(preflight.summary())).toContain('Delivery status notifications are not available: 1 mail');
  });
});

describe('formatPreflight', () => {
  it('tells on 80 columns what is found and what to do', async () => {
    const text = formatPreflight(await someMails());
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(text).toMatch(
      /^17 mails checked against Microsoft Graph\n\n {5}13 {2}would be sent as they are\n {6}1 {2}would be sent otherwise\n {6}2 {2}would be refused\n {6}1 {2}could not be checked wholly\n/,
    );
    expect(text.indexOf('Would be refused')).toBeLessThan(text.indexOf('Would be sent otherwise'));
    expect(text).toContain('  Custom header fields: 12 mails\n');
    expect(text.replace(/\n\s+/g, ' ')).toContain("Heaviest: 'report.pdf' 4,000,000 bytes");
    expect(text.match(/- "Ticket/g)).toHaveLength(3);
    expect(text).toContain('Sent Items');
  });

  it('is quiet where nothing was found', async () => {
    const { transporter, preflight } = preflighted({}, discard);
    await transporter.sendMail(plain);
    const text = formatPreflight(preflight.summary());
    expect(text).toMatch(/^1 mail checked/);
    expect(text).not.toMatch(/refused\n\n {2}|Good to know/);
  });

  it('breaks what has no spaces, and lets no control character through', async () => {
    const { transporter, preflight } = preflighted({}, discard);
    const subject = `\u001b[2J\u009b31m\u202e${'😀'.repeat(150)}`;
    await transporter.sendMail({ ...plain, subject, dsn: { id: '1' }, messageId: `<${'x'.repeat(300)}@a>` });
    const text = formatPreflight(preflight.summary());
    expect(text).not.toMatch(/[^\P{C}\n]/u);
    expect(text).not.toContain('\ufffd');
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});
