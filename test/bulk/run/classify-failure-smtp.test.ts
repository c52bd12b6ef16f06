import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import nodemailer from 'nodemailer';
import { describe, expect, it } from 'vitest';
import { classifyFailure } from '../../../src/bulk/run/classify-failure.js';
import { type SmtpFault, type SmtpStep, startSmtp } from './smtp-server.js';

// They have no types of their own.
const edition = (name: string) => createRequire(import.meta.url)(name) as typeof nodemailer;

const editions = [
  { edition: '10', createTransport: nodemailer.createTransport, pool: false },
  { edition: '10, pooled', createTransport: nodemailer.createTransport, pool: true },
  { edition: '9', createTransport: edition('nodemailer9').createTransport, pool: false },
  { edition: '8', createTransport: edition('nodemailer8').createTransport, pool: false },
  { edition: '7', createTransport: edition('nodemailer7').createTransport, pool: false },
  { edition: '7, pooled', createTransport: edition('nodemailer7').createTransport, pool: true },
];

const yes = (reply: string) => ({ reply });

/** What an SMTP server does at a step, and what that says of the mail. */
const verdicts: [SmtpStep, SmtpFault, string][] = [
  ['greeting', yes('554 go away'), 'hits-all'],
  ['greeting', yes('421 later'), 'later'],
  ['greeting', 'reset', 'later'],
  ['greeting', 'silence', 'later'],
  // Nodemailer does not say when a connection broke.
  ['greeting', 'close', 'unknown'],
  ['EHLO', yes('554 go away'), 'hits-all'],
  ['EHLO', yes('421 later'), 'later'],
  ['EHLO', 'close', 'unknown'],
  ['AUTH', yes('535 wrong password'), 'hits-all'],
  ['AUTH', yes('454 try again'), 'later'],
  ['AUTH', 'close', 'unknown'],
  ['MAIL', yes('530 sign in first'), 'hits-all'],
  ['MAIL', yes('550 not this sender'), 'rejected'],
  ['MAIL', yes('451 later'), 'later'],
  ['MAIL', 'close', 'unknown'],
  ['RCPT', yes('550 nobody here'), 'rejected'],
  ['RCPT', yes('450 not now'), 'rejected'],
  ['RCPT', 'close', 'unknown'],
  ['DATA', yes('554 no'), 'rejected'],
  ['DATA', yes('451 later'), 'later'],
  ['DATA', yes('503 bad sequence'), 'later'],
  ['DATA', 'close', 'unknown'],
  ['content', yes('552 too big'), 'rejected'],
  ['content', 'close', 'unknown'],
  ['content', 'reset', 'unknown'],
  ['content', 'silence', 'unknown'],
  ['end', yes('554 spam'), 'rejected'],
  ['end', yes('451 later'), 'later'],
  ['end', yes('421 closing'), 'later'],
  ['end', yes('354 go on'), 'unknown'],
  ['end', yes('what?'), 'unknown'],
  ['end', 'close', 'unknown'],
  ['end', 'reset', 'unknown'],
  ['end', 'silence', 'unknown'],
];

const mail = { from: 'a@example.com', to: 'b@example.com', subject: 'Hello', text: 'x'.repeat(100_000) };

/** Short only where nothing is to be said: anywhere else a busy machine would be taken for a silent server. */
const times = (step: SmtpStep, fault: SmtpFault) =>
  fault !== 'silence' ? {} : step === 'greeting' ? { greetingTimeout: 300 } : { socketTimeout: 1_500 };

describe.each(editions)('the failures of SMTP with Nodemailer $edition', ({ createTransport, pool }) => {
  const fail = async (options: object): Promise<unknown> => {
    const transporter = createTransport({ ignoreTLS: true, pool, maxRequeues: 0, ...options } as object);
    try {
      return await transporter.sendMail(mail).then(
        () => expect.fail('it was sent'),
        (error: unknown) => error,
      );
    } finally {
      transporter.close();
    }
  };

  it('are judged by what they say of the mail', async () => {
    const judged = await Promise.all(
      verdicts.map(async ([step, fault]) => {
        const server = await startSmtp({ [step]: fault });
        const auth = step === 'AUTH' ? { auth: { user: 'user', pass: 'pass' } } : {};
        const error = await fail({ host: '127.0.0.1', port: server.port, ...auth, ...times(step, fault) });
        await server.close();
        return [step, fault, classifyFailure(error).kind];
      }),
    );
    expect(judged).toEqual(verdicts);
  });

  it('before any connection are surely not sent', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    for (const options of [
      { host: '127.0.0.1', port },
      { host: 'nowhere.invalid', port: 25 },
      { host: '127.0.0.1', port, proxy: `http://127.0.0.1:${port}` },
    ]) {
      expect(classifyFailure(await fail(options)).kind, JSON.stringify(options)).toBe('later');
    }
  });
});
