import { afterAll, describe, expect, it } from 'vitest';
import { SendEnvironment } from './support.js';

const environment = new SendEnvironment();
afterAll(() => environment.remove());

const to = ['--to', 'a@example.com'];
const mail = [...to, '--text', 'Hi', '--from', 'a@contoso.com'];

describe('flags that cannot be meant end with 2, before anything is read or sent', () => {
  it.each([
    ['no recipient', ['--text', 'Hi'], 'give --to, --cc or --bcc'],
    ['no content', to, 'The mail is empty'],
    ['two texts', [...mail, '-'], 'leave one of them out'],
    ['a word without a flag', [...mail, 'hello'], 'only - may stand without a flag'],
    ['a whole mail and parts of one', ['--raw', 'm.eml', ...to, '--reply-to', 'b@c.de'], 'leave out --to, --reply-to'],
    ['a whole mail and a text from stdin', ['--raw', 'm.eml', '-'], 'leave out -.'],
    ['half an identity', [...mail, '--tenant-id', 'contoso.com'], '--client-id and --certificate is missing'],
    ['an address that is none', ['--to', 'ana', '--text', 'Hi'], 'has no @'],
    ['two senders', [...mail, '--from', 'b@contoso.com'], 'one sender'],
    [
      'an environment file that is not there',
      [...mail, '--env-file', '/nowhere/.env'],
      "'/nowhere/.env' cannot be read",
    ],
  ])('%s', async (_, args, problem) => {
    const { code, out, err } = await environment.send(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(problem);
    expect(environment.connections).toBe(0);
  });
});

describe('another header line is never smuggled in', () => {
  it.each([
    ['the subject', ['--subject', 'Hi\r\nBcc: eve@example.com']],
    ['the subject, decoded', ['--subject', '=?utf-8?Q?Hi=0D=0ABcc:_eve@example.com?=']],
    ['a header', ['--header', 'X-A: b\nBcc: eve@example.com']],
    ['the name of a header', ['--header', 'X-A\r\nBcc: eve@example.com']],
    ['a header of the mail itself', ['--header', 'Bcc: eve@example.com']],
    ['a header of its parts', ['--header', 'Content-Type: text/html']],
    ['a name', ['--cc', '"A\r\nBcc: eve@example.com" <b@example.com>']],
    ['an address', ['--reply-to', 'b@example.com\nBcc: eve@example.com']],
    ['the sender', ['--mailbox', 'a@contoso.com\nBcc: eve@example.com']],
  ])('in %s', async (_, args) => {
    const { code, out } = await environment.send([...mail, ...args, '--dry-run']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });
});

describe('what cannot be read ends with 65', () => {
  it.each([
    [
      'an attachment that is not there',
      ['--attach', '/nowhere/a.pdf'],
      "The attachment '/nowhere/a.pdf' cannot be read",
    ],
    ['a folder', ['--attach', '/'], 'is a folder'],
    ['an address of the web', ['--attach', 'https://example.com/a.pdf'], 'cannot be read'],
    [
      'an HTML file that is not there',
      ['--html', '@/nowhere.html'],
      "The file of --html, '/nowhere.html', cannot be read",
    ],
  ])('%s', async (_, args, problem) => {
    const { code, out, err } = await environment.send([...mail, ...args, '--dry-run']);
    expect({ code, out }).toEqual({ code: 65, out: '' });
    expect(err.replaceAll(/\s+/g, ' ')).toContain(problem);
  });

  it('text that is not UTF-8, and no text at all', async () => {
    const from = ['--from', 'a@contoso.com', '--dry-run'];
    const latin = await environment.send([...to, ...from, '-'], { stdin: Buffer.from('Gr\xfc\xdfe', 'latin1') });
    expect(latin).toMatchObject({ code: 65, err: expect.stringContaining('is not UTF-8') });
    expect(await environment.send([...to, ...from, '-'])).toMatchObject({
      code: 65,
      err: expect.stringContaining('nothing on stdin'),
    });
    const raw = await environment.send(['--raw', '/nowhere.eml', '--mailbox', 'a@contoso.com', '--dry-run']);
    expect(raw).toMatchObject({ code: 65, err: expect.stringContaining('/nowhere.eml') });
  });
});

it('whoever is to type is told so, and how it ends; a pipe is not', async () => {
  const dry = [...to, '--from', 'a@contoso.com', '--dry-run', '-'];
  expect((await environment.send(dry, { stdin: 'Hi', isTTY: true })).err).toMatch(
    /^Type the text; Ctrl-\S+.* ends it\.\n/,
  );
  expect((await environment.send(dry, { stdin: 'Hi' })).err).not.toContain('Type the');
});

it('a text from stdin that has no end is not read for ever', async () => {
  const printed = await environment.send([...to, '--from', 'a@contoso.com', '--dry-run', '-'], {
    stdin: Buffer.alloc(2 ** 26 + 1),
  });
  expect(printed).toMatchObject({ code: 65, err: expect.stringContaining('more than 64 MiB') });
});

it('the help tells the exit codes', async () => {
  const { code, out } = await environment.send(['--help']);
  expect(code).toBe(0);
  for (const exit of [0, 1, 2, 3, 65, 69, 75, 77, 78, 130])
    expect(out).toMatch(new RegExp(`(^|\\s)${exit}\\s+\\w`, 'm'));
});
