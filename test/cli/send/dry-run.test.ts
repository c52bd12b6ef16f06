import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCertificate, type Sandbox, startSandbox } from '../../../src/sandbox/index.js';
import { SendEnvironment } from './support.js';

let sandbox: Sandbox;
let environment: SendEnvironment;
beforeAll(async () => {
  const { privateKey, certificate } = await createCertificate({ commonName: 'dry run' });
  sandbox = await startSandbox({ certificate: privateKey + certificate });
  const team = 'team@contoso.example';
  sandbox.tenant.mailboxes.set({ address: team });
  sandbox.tenant.mailboxes.set({ address: sandbox.options.mailbox, sendAs: [team] });
  environment = new SendEnvironment(sandbox);
});
beforeEach(() => sandbox.clear());
afterAll(async () => {
  environment.remove();
  await sandbox.close();
});

/** Everything that Nodemailer makes up anew for each mail, and that nothing else hangs on. */
function withoutChance(mime: Buffer): string {
  const text = mime.toString('latin1');
  const boundaries = [...text.matchAll(/boundary="([^"]+)"/g)].map(([, boundary = '']) => boundary);
  const plain = boundaries.reduce((all, boundary, n) => all.replaceAll(boundary, `boundary-${n}`), text);
  return plain.replace(/^Message-ID: .*$/m, 'Message-ID: <>').replace(/^Date: .*$/m, 'Date:');
}

const uploaded = async () => (await sandbox.messages()).map(({ raw }) => raw);

const mails: Record<string, () => string[]> = {
  'a plain text': () => ['--to', 'ana@example.com', '--subject', 'Hi', '--text', 'Hello\n.\nFrom here\n'],
  'text beyond ASCII': () => ['--to', 'Zoë <zoe@example.com>', '--subject', 'Grüße 😀', '--text', 'Ü'.repeat(300)],
  'text, HTML and files': () => [
    ...['--to', 'ana@example.com', '--cc', 'b@example.com', '--bcc', 'secret@example.com'],
    ...['--text', 'T', '--html', '<p>H</p>', '--header', 'X-Ticket: 7'],
    ...['--attach', environment.write('some file.bin', Buffer.from([0, 1, 2, 254, 255]))],
  ],
  'Bcc alone': () => ['--bcc', 'a@example.com,b@example.com', '--text', 'Hi'],
  'another From': () => ['--to', 'a@example.com', '--from', 'Team <team@contoso.example>', '--text', 'Hi'],
};

describe('a dry run', () => {
  it.each(Object.keys(mails))('prints what the sandbox is given for %s', async (name) => {
    const args = mails[name]?.() ?? [];
    const connections = environment.connections;
    const dry = await environment.send([...args, '--dry-run']);
    expect(dry.code).toBe(0);
    expect(environment.connections).toBe(connections);
    // As it was printed, byte for byte.
    expect(await environment.send(['--raw', '-'], { stdin: dry.bytes })).toMatchObject({ code: 0 });
    // And for the same flags, but for what is made up anew.
    expect(await environment.send(args)).toMatchObject({ code: 0 });
    const [again, sent] = await uploaded();
    expect(again?.equals(dry.bytes)).toBe(true);
    expect(withoutChance(sent ?? Buffer.alloc(0))).toBe(withoutChance(dry.bytes));
  });

  it.each([
    ['line ends and a Message-ID that are missing', 'From: noreply@contoso.example\nTo: b@example.com\n\nHi\n'],
    [
      'bytes that are no text',
      Buffer.from('From: noreply@contoso.example\r\nTo: b@example.com\r\n\r\n\xff\xfe\0\r\n', 'latin1'),
    ],
  ])('completes a raw message as the transport does: %s', async (_, raw) => {
    const dry = await environment.send(['--raw', '-', '--dry-run'], { stdin: raw });
    await environment.send(['--raw', '-'], { stdin: raw });
    const [sent] = await uploaded();
    expect(dry.bytes.includes('\r\nMessage-ID: <')).toBe(true);
    expect(withoutChance(dry.bytes)).toBe(withoutChance(sent ?? Buffer.alloc(0)));
  });

  it('needs no identity, no network and no certificate: a mailbox is enough', async () => {
    const bare = new SendEnvironment();
    const { code, out, err } = await bare.send([
      '--from',
      'a@contoso.com',
      '--to',
      'b@example.com',
      '--text',
      'Hi',
      '--dry-run',
    ]);
    expect(code).toBe(0);
    expect(out).toMatch(/^From: a@contoso\.com\r\n/);
    expect(err).toMatch(/^Dry run: nothing was sent, and nobody signed in\.\n/);
    expect(bare.connections).toBe(0);
    bare.remove();
  });

  it('refuses what would be refused, with the same exit code', async () => {
    const large = environment.write('large.bin', Buffer.alloc(4_000_000, 1));
    const mail = ['--to', 'ana@example.com', '--attach', large];
    const dry = await environment.send([...mail, '--dry-run']);
    const real = await environment.send(mail);
    expect(dry).toEqual(real);
    expect(dry).toMatchObject({ code: 65, out: '', err: expect.stringContaining('too large') });
    const noFrom = await environment.send(['--raw', '-', '--dry-run'], { stdin: 'To: a@example.com\n\nHi' });
    expect(noFrom).toMatchObject({ code: 65, err: expect.stringContaining('no From') });
  });

  it('notes what would be otherwise than the mail says, and what goes up by itself', async () => {
    const from = await environment.send([
      '--to',
      'a@example.com',
      '--from',
      'x@contoso.example',
      '--text',
      'Hi',
      '--dry-run',
    ]);
    expect(from.err).toContain('Note: ');
    expect(from.err).toContain('x@contoso.example');
    const large = environment.write('large.bin', Buffer.alloc(4_000_000, 1));
    const mail = ['--to', 'a@example.com', '--attach', large, '--large-messages', 'upload', '--dry-run'];
    const upload = await environment.send(mail);
    expect(upload.code).toBe(0);
    expect(upload.err).toContain('Uploaded by itself  large.bin, 4,000,000 bytes\n');
    expect(upload.bytes.length).toBeLessThan(2_000);
  });

  it('gives the bytes in base64 with --json', async () => {
    const { code, out, err } = await environment.send(['--to', 'a@example.com', '--text', 'Hi', '--dry-run', '--json']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const { mime, ...report } = JSON.parse(out);
    const bytes = Buffer.from(mime, 'base64');
    expect(bytes.toString()).toContain('\r\n\r\nHi');
    expect(report).toMatchObject({
      outcome: 'dry-run',
      recipients: ['a@example.com'],
      size: bytes.length,
      findings: [],
    });
    expect(bytes.includes(report.messageId)).toBe(true);
  });
});
