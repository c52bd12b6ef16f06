import { describe, expect, test } from 'vitest';
import { finishMessage } from '../../src/message/body.js';
import type { MessagePlan } from '../../src/message/common/types.js';
import { thrownBy } from '../helpers/failure.js';

const plan: MessagePlan = { mailbox: 'noreply@contoso.com', envelopeTo: undefined, raw: false };
const id = '<1@contoso.com>';
const lines = (...text: string[]) => text.map((line) => `${line}\r\n`).join('');
const complete = lines('From: noreply@contoso.com', 'To: a@x.example', `Message-ID: ${id}`, '', 'Hello');

const finish = (text: string, wishes: Partial<MessagePlan> = {}) => {
  const { mime, ...rest } = finishMessage(
    Buffer.from(text, 'latin1'),
    { ...plan, ...wishes },
    { newId: () => 'new-id' },
  );
  return { ...rest, text: mime.toString('latin1') };
};

test('a message that lacks nothing keeps its bytes: the very buffer', () => {
  const composed = Buffer.from(complete);
  const finished = finishMessage(composed, plan);
  expect(finished.mime).toBe(composed);
  expect(finished).toMatchObject({ from: 'noreply@contoso.com', recipients: ['a@x.example'], messageId: id });
});

test('line ends become CRLF before anything is read', () => {
  expect(finish(complete.replaceAll('\r\n', '\n')).text).toBe(complete);
  expect(finish(complete.replaceAll('\r\n', '\r')).text).toBe(complete);
});

describe('recipients', () => {
  test('whom only the envelope names is added as Bcc, at the end of the header', () => {
    expect(finish(complete, { envelopeTo: ['a@x.example', 'b@x.example', 'c@x.example'] }).text).toBe(
      lines(
        'From: noreply@contoso.com',
        'To: a@x.example',
        `Message-ID: ${id}`,
        'Bcc: b@x.example,',
        ' c@x.example',
        '',
        'Hello',
      ),
    );
  });

  test('a Bcc field that is there is rewritten as one, and keeps whom it had', () => {
    const text = lines(
      'Bcc: Bob <b@x.example>',
      'From: noreply@contoso.com',
      'To: a@x.example',
      'bcc: c@x.example',
      `Message-ID: ${id}`,
      '',
    );
    const finished = finish(text, { envelopeTo: ['a@x.example', 'b@x.example', 'c@x.example', 'd@x.example'] });
    expect(finished.text).toBe(
      lines(
        'From: noreply@contoso.com',
        'To: a@x.example',
        `Message-ID: ${id}`,
        'Bcc: b@x.example,',
        ' c@x.example,',
        ' d@x.example',
        '',
      ),
    );
    expect(finished.recipients).toEqual(['a@x.example', 'b@x.example', 'c@x.example', 'd@x.example']);
  });

  test('one Bcc field that suffices is left as it is', () => {
    const text = lines(
      'From: noreply@contoso.com',
      'To: a@x.example',
      'Bcc: Bob <b@x.example>',
      `Message-ID: ${id}`,
      '',
    );
    expect(finish(text).text).toBe(text);
  });

  test('a Bcc in an inner part is not one of the message', () => {
    const text = lines(
      'From: noreply@contoso.com',
      'To: a@x.example',
      `Message-ID: ${id}`,
      '',
      'Bcc: eve@x.example',
      '',
    );
    expect(finish(text).recipients).toEqual(['a@x.example']);
  });

  test('what is added is understood when the message is finished again', () => {
    const once = finish(complete, { envelopeTo: ['a@x.example', 'b@x.example'] });
    const twice = finish(once.text);
    expect(twice.text).toBe(once.text);
    expect(twice.recipients).toEqual(['a@x.example', 'b@x.example']);
  });
});

describe('From', () => {
  const fromless = lines('To: a@x.example', `Message-ID: ${id}`, '', 'Hello');

  test('is the mailbox when the message names none', () => {
    expect(finish(fromless)).toMatchObject({
      from: 'noreply@contoso.com',
      text: lines('To: a@x.example', `Message-ID: ${id}`, 'From: noreply@contoso.com', '', 'Hello'),
    });
  });

  test('cannot be made from an object id', () => {
    const error = thrownBy(() => finish(fromless, { mailbox: '6f1c2f9e-0000-0000-0000-000000000000' }));
    expect(error).toMatchObject({ code: 'EENVELOPE', outcome: 'not-sent', permanent: true });
    expect(error.hint).toContain('object id');
  });

  test('is not invented for a raw message', () => {
    expect(thrownBy(() => finish(fromless, { raw: true }))).toMatchObject({ code: 'EENVELOPE', permanent: true });
  });

  test('with letters outside ASCII before the @ is refused', () => {
    const text = Buffer.from(complete.replace('noreply@', 'jürgen@'));
    expect(thrownBy(() => finishMessage(text, plan))).toMatchObject({ code: 'EENVELOPE', permanent: true });
  });

  test.each(['From:', 'From: Nobody:;'])('never stands there twice: %s', (field) => {
    const text = lines(field, 'To: a@x.example', `Message-ID: ${id}`, '', 'Hello');
    let finished: string;
    try {
      finished = finish(text).text;
    } catch (error) {
      expect(error).toMatchObject({ code: 'EENVELOPE' });
      return;
    }
    expect(finished.match(/^From:/gim)).toHaveLength(1);
  });
});

describe('Message-ID', () => {
  test('is made, with the domain of From, when there is none', () => {
    const text = lines('From: noreply@Contoso.com', 'To: a@x.example', '', 'Hello');
    expect(finish(text)).toMatchObject({
      messageId: '<new-id@contoso.com>',
      text: lines('From: noreply@Contoso.com', 'To: a@x.example', 'Message-ID: <new-id@contoso.com>', '', 'Hello'),
    });
  });

  test('is the one in the bytes of a raw message', () => {
    expect(finish(complete, { raw: true, envelopeTo: ['a@x.example'] }).messageId).toBe(id);
  });

  test('that is there but empty does not become two', () => {
    const text = lines('From: noreply@contoso.com', 'To: a@x.example', 'Message-ID:', '', 'Hello');
    expect(finish(text).text.match(/^Message-ID:/gim)).toHaveLength(1);
  });
});

describe('a message without a body', () => {
  test('that ends with its last field gets what is missing on a line of its own', () => {
    expect(finish('From: noreply@contoso.com\r\nTo: a@x.example').text).toBe(
      lines('From: noreply@contoso.com', 'To: a@x.example', 'Message-ID: <new-id@contoso.com>'),
    );
  });
});

describe('bytes that do not begin with a header', () => {
  test.each(['Hello there\r\n', 'To: a@x.example\r\nHello\r\n\r\n', ' folded\r\n'])('%j are refused', (text) => {
    expect(thrownBy(() => finish(text))).toMatchObject({
      code: 'EMESSAGE',
      outcome: 'not-sent',
      permanent: true,
      hint: expect.any(String),
    });
  });
});

test('bytes beyond ASCII in the body stay as they are', () => {
  const body = Buffer.concat([
    Buffer.from(complete.replace(`Message-ID: ${id}\r\n`, '')),
    Buffer.from([0, 255, 128, 13, 10]),
  ]);
  const { mime } = finishMessage(body, plan, { newId: () => 'new-id' });
  expect(mime.subarray(-5)).toEqual(Buffer.from([0, 255, 128, 13, 10]));
});
