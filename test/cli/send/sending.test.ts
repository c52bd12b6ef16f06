import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCertificate, type Sandbox, startSandbox } from '../../../src/sandbox/index.js';
import { SendEnvironment } from './support.js';

let certificate: string;
let sandbox: Sandbox;
let environment: SendEnvironment;
beforeAll(async () => {
  const key = await createCertificate({ commonName: 'send command' });
  certificate = key.privateKey + key.certificate;
});
beforeEach(async () => {
  sandbox = await startSandbox({ certificate });
  environment = new SendEnvironment(sandbox);
});
afterEach(async () => {
  environment.remove();
  await sandbox.close();
});

const toAna = ['--to', 'ana@example.com'];
const hello = [...toAna, '--subject', 'Hello', '--text', 'Hi Ana'];
const arrived = async () => {
  const [message, ...more] = await sandbox.messages();
  expect(more).toEqual([]);
  if (!message) throw new Error('nothing arrived');
  return message;
};

describe('send', () => {
  it('sends with what the .env file says, and tells what became of the mail and how to trace it', async () => {
    const { code, out, err } = await environment.send(hello);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const { messageId, requestId, clientRequestId, mailbox, from, text } = await arrived();
    expect(text?.trim()).toBe('Hi Ana');
    expect(from?.address).toBe(mailbox);
    expect(out).toMatch(/^Sent: Microsoft Graph has taken the mail/);
    expect(out).toContain(`Message-ID         ${messageId}\nMailbox            ${mailbox}\n`);
    expect(out).toContain(`request-id         ${requestId}\nclient-request-id  ${clientRequestId}\n`);
    expect(out).toContain(`Get-MessageTraceV2 -MessageId '${messageId}'`);
  });

  it('writes recipients, sender, answers, headers, HTML and attachments as they are given', async () => {
    const args = ['--to', '"Doe, Ana" <ana@example.com>, bob@example.com', '--to', 'cid@example.com'];
    args.push('--cc', 'Dora <dora@example.com>', '--bcc', 'eve@example.com', '--reply-to', 'help@example.com');
    args.push('--from', `News <${sandbox.options.mailbox}>`, '--header', 'X-Ticket: 7', '--header', 'Precedence: bulk');
    args.push('--subject', 'Grüße', '--html', `@${environment.write('mail.html', '<p>Ünïcode</p>')}`);
    args.push(
      '--attach',
      environment.write('b.txt', 'B'),
      '--attach',
      environment.write('c ü.bin', Buffer.from([0, 255, 10])),
      '-',
    );
    expect(await environment.send(args, { stdin: 'From stdin\n' })).toMatchObject({ code: 0, err: '' });
    const message = await arrived();
    expect(message.to).toMatchObject([
      { name: 'Doe, Ana', address: 'ana@example.com' },
      { address: 'bob@example.com' },
      { address: 'cid@example.com' },
    ]);
    expect(message.cc).toMatchObject([{ name: 'Dora', address: 'dora@example.com' }]);
    expect(message.bcc).toMatchObject([{ address: 'eve@example.com' }]);
    expect(message).toMatchObject({ subject: 'Grüße', from: { name: 'News', address: sandbox.options.mailbox } });
    expect(message.text?.trim()).toBe('From stdin');
    expect(message.html).toContain('Ünïcode');
    expect(message.attachments.map(({ filename }) => filename)).toEqual(['b.txt', 'c ü.bin']);
    const headers = Object.fromEntries(message.headers.map(({ name, value }) => [name.toLowerCase(), value]));
    expect(headers).toMatchObject({ 'x-ticket': '7', precedence: 'bulk', 'reply-to': 'help@example.com' });
  });

  it('sends a whole MIME message as it is, from a file and from stdin', async () => {
    const raw = Buffer.from(
      `From: ${sandbox.options.mailbox}\r\nTo: ana@example.com\r\nMessage-ID: <a@b>\r\nX-Odd:  kept \r\n\r\nÄ\r\n`,
      'latin1',
    );
    expect(await environment.send(['--raw', environment.write('mail.eml', raw)])).toMatchObject({ code: 0 });
    expect(await environment.send(['--raw', '-'], { stdin: raw })).toMatchObject({ code: 0 });
    expect((await sandbox.messages()).map((message) => message.raw.equals(raw))).toEqual([true, true]);
  });

  it('prints a Message-ID of a raw message so that it commands neither terminal nor PowerShell', async () => {
    const raw = `From: ${sandbox.options.mailbox}\r\nTo: ana@example.com\r\nMessage-ID: <a\u2019;calc;\u2018\u001b[31m@b>\r\n\r\nHi\r\n`;
    const { code, out } = await environment.send(['--raw', '-'], { stdin: raw });
    expect(code).toBe(0);
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(out).toContain("-MessageId ('' + '<a' + [char]0x2019 + ';calc;' + [char]0x2018");
    const json = await environment.send(['--raw', '-', '--json'], { stdin: raw.replace('\u001b', '\u009b') });
    expect(json.out.trimEnd()).not.toMatch(/\p{Cc}/u);
    expect(JSON.parse(json.out).messageId).toContain('\u009b');
  });

  it('keeps an @ at the beginning of a text when there are two', async () => {
    expect(await environment.send([...toAna, '--text', '@@ana hello'])).toMatchObject({ code: 0 });
    expect((await arrived()).text?.trim()).toBe('@ana hello');
  });

  it('prints one object with --json, whatever the outcome', async () => {
    const { code, out, err } = await environment.send([...hello, '--json']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const { messageId, requestId, mailbox } = await arrived();
    const sent = { outcome: 'sent', exitCode: 0, messageId, requestId, mailbox, recipients: ['ana@example.com'] };
    expect(JSON.parse(out)).toMatchObject(sent);
    sandbox.fault({ on: 'sendMail', status: 403, code: 'ErrorAccessDenied' });
    const refused = await environment.send([...hello, '--json']);
    expect(refused).toMatchObject({ code: 77, err: '' });
    expect(JSON.parse(refused.out)).toMatchObject({
      outcome: 'not-sent',
      exitCode: 77,
      error: { code: 'EAUTH', graphCode: 'ErrorAccessDenied', responseCode: 403, hint: expect.any(String) },
    });
  });

  it('takes the way and the care of the flags', async () => {
    sandbox.tenant.apps.set({ clientId: sandbox.options.clientId, roles: ['Mail.Send', 'Mail.ReadWrite'] });
    expect(await environment.send([...hello, '--delivery', 'draft'])).toMatchObject({ code: 0 });
    expect(sandbox.requests({ operation: 'createDraft' })).toHaveLength(1);
    sandbox.fault({ on: 'sendMail', status: 504, delivered: true });
    expect(await environment.send([...hello, '--on-unknown', 'verify'])).toMatchObject({ code: 0 });
    const large = environment.write('large.bin', Buffer.alloc(4_000_000, 1));
    expect(await environment.send([...hello, '--attach', large, '--large-messages', 'upload'])).toMatchObject({
      code: 0,
    });
    expect((await sandbox.messages()).at(-1)?.attachments).toHaveLength(1);
  });
});

describe('send of a mail that does not get through', () => {
  it('ends with 3 when nobody knows, and gives the Message-ID to look for', async () => {
    sandbox.fault({ on: 'sendMail', status: 504, delivered: true });
    const { code, out, err } = await environment.send(hello);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toMatch(/^Unknown: the mail may have been sent, or not\./);
    expect(err).toContain(`Message-ID         ${(await arrived()).messageId}`);
    expect(err).toContain('Get-MessageTraceV2');
  });

  it.each([
    ['77 when the application may not', { status: 403, code: 'ErrorAccessDenied' }, 77],
    ['65 when Graph cannot use the mail', { status: 400, code: 'ErrorInvalidRecipients' }, 65],
    ['78 when there is no such mailbox', { status: 404, code: 'ErrorInvalidUser' }, 78],
    ['75 when it must wait longer than it would', { status: 429, headers: { 'retry-after': '900' } }, 75],
  ] as const)('ends with %s', async (_, fault, code) => {
    sandbox.fault({ on: 'sendMail', ...fault });
    const printed = await environment.send(hello);
    expect(printed).toMatchObject({ code, out: '' });
    expect(printed.err).toMatch(/^Not sent\.\n\n.+/);
    expect(printed.err).toMatch(/\n\nThe request-id finds the request in the Graph activity logs\.\n$/);
    expect(await sandbox.messages()).toEqual([]);
  });

  it('ends with 69 when nobody can be trusted to be Microsoft, and with 78 when the sign-in is refused', async () => {
    sandbox.tenant.apps.set({ clientId: sandbox.options.clientId, certificates: [] });
    const refused = await environment.send(hello);
    expect(refused).toMatchObject({ code: 78, err: expect.stringContaining('AADSTS700027') });
    const without = readFileSync(environment.envFile, 'utf8').replace(/^NODE_EXTRA_CA_CERTS=.*$/m, '');
    const stranger = await environment.send([...hello, '--env-file', environment.write('stranger.env', without)]);
    expect(stranger).toMatchObject({ code: 69, err: expect.stringContaining('certificate') });
  });

  it('ends with 65 when it is too large, and names the flag that would help', async () => {
    const large = environment.write('large.bin', Buffer.alloc(4_000_000, 1));
    const { code, err } = await environment.send([...hello, '--attach', large]);
    expect(code).toBe(65);
    expect(err.replaceAll(/\s+/g, ' ')).toContain('let them be uploaded with --large-messages upload');
    expect(sandbox.requests({ operation: 'sendMail' })).toEqual([]);
  });

  it('says where a wrong value comes from, and reads no stdin for nothing', async () => {
    const wrong = await environment.send([...toAna, '-'], { env: { AZURE_CLIENT_ID: 'nonsense' }, stdin: '' });
    expect(wrong).toMatchObject({ code: 78, out: '' });
    expect(wrong.err.replaceAll(/\s+/g, ' ')).toContain('AZURE_CLIENT_ID comes from the environment.');
    const nothing = await new SendEnvironment().send(hello);
    expect(nothing).toMatchObject({ code: 78, err: expect.stringContaining('Nothing is configured') });
    const nobody = await new SendEnvironment().send([...hello, '--mailbox', 'a@contoso.com']);
    expect(nobody).toMatchObject({ code: 78, err: expect.stringContaining('Nothing is configured') });
  });
});

it('a secret that is refused is printed nowhere', async () => {
  const env = { AZURE_CLIENT_SECRET: 'not-the-secret-42' };
  const printed = [await environment.send(hello, { env }), await environment.send([...hello, '--json'], { env })];
  expect(printed.map(({ code }) => code)).toEqual([78, 78]);
  expect(printed.map(({ out, err }) => out + err).join('')).not.toContain('not-the-secret');
});

it('what is printed fits into 80 columns', async () => {
  const long = Array.from({ length: 9 }, (_, n) => `recipient-${n}@example.com`).join(', ');
  const sent = await environment.send(['--to', long, '--text', 'Hi']);
  sandbox.fault({ on: 'sendMail', status: 403, code: 'ErrorAccessDenied' });
  const refused = await environment.send(hello);
  const dry = await environment.send([...hello, '--from', 'other@contoso.example', '--dry-run']);
  const help = await environment.send(['--help']);
  const lines = [sent.out, refused.err, dry.err, help.out].join('').split('\n');
  expect(lines.filter((line) => line.length > 80 && !line.includes('Get-MessageTraceV2'))).toEqual([]);
});
