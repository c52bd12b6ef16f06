import { createTransport } from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { graphTransport } from '../../src/index.js';
import { type FaultRule, type Sandbox, startSandbox } from '../../src/sandbox/index.js';

const mail = { from: 'noreply@contoso.example', to: 'ana@example.com', subject: 'Once', text: 'Hello' };

describe('an answer that does not say what became of the message', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox();
  });
  afterEach(() => sandbox.close());

  const faults: [string, Partial<FaultRule>, string][] = [
    ['504', { status: 504 }, 'EGRAPH'],
    ['500', { status: 500 }, 'EGRAPH'],
    ['502 in HTML', { status: 502, headers: { 'Content-Type': 'text/html' }, body: '<h1>Bad Gateway</h1>' }, 'EGRAPH'],
    ['503 without Retry-After', { status: 503 }, 'EGRAPH'],
    ['200', { status: 200 }, 'EGRAPH'],
    ['a reset after the body was read', { reset: 'before-answer' }, 'ESOCKET'],
    ['silence', { silence: true }, 'ETIMEDOUT'],
  ];

  for (const [name, fault, code] of faults) {
    for (const delivered of [true, false]) {
      it(`${name}, ${delivered ? 'delivered' : 'not delivered'}: unknown, and submitted ${delivered ? 'once' : 'never'}`, async () => {
        sandbox.fault({ on: 'sendMail', times: Number.POSITIVE_INFINITY, delivered, ...fault });
        const transporter = createTransport(
          graphTransport({ ...sandbox.options, timeout: name === 'silence' ? 300 : 10_000 }),
        );
        const error = await transporter.sendMail(mail).catch((e) => e);
        expect(error).toMatchObject({
          code,
          outcome: 'unknown',
          permanent: false,
          attempts: 1,
          hint: expect.stringMatching(/Sent Items/),
        });
        expect(sandbox.stats().submissions).toBe(delivered ? 1 : 0);
        expect(sandbox.requests().filter(({ path }) => path.endsWith('/sendMail'))).toHaveLength(1);
        transporter.close();
      });
    }
  }

  it('a 429 and a 503 with Retry-After are waited out, and the same bytes are sent again', async () => {
    sandbox.fault({ on: 'sendMail', status: 429, headers: { 'Retry-After': '0.05' } });
    sandbox.fault({
      on: 'sendMail',
      status: 503,
      headers: { 'Retry-After': new Date(Date.now() - 1000).toUTCString() },
    });
    const transporter = createTransport(graphTransport(sandbox.options));
    const info = await transporter.sendMail(mail);
    expect(info).toMatchObject({ attempts: 3, accepted: ['ana@example.com'] });
    expect(sandbox.stats().submissions).toBe(1);
    transporter.close();
  });

  it('a Retry-After beyond maxWait fails at once and says when', async () => {
    sandbox.fault({ on: 'sendMail', status: 429, headers: { 'Retry-After': '3600' } });
    const transporter = createTransport(graphTransport(sandbox.options));
    const errors = await Promise.all([mail, mail, mail].map((one) => transporter.sendMail(one).catch((e) => e)));
    const throttled = errors.find(({ responseCode }) => responseCode === 429);
    expect(throttled).toMatchObject({ code: 'EGRAPH', outcome: 'not-sent', permanent: false, retryAfter: 3_600_000 });
    const later = await transporter.sendMail(mail).catch((e) => e);
    expect(later).toMatchObject({
      outcome: 'not-sent',
      message: expect.stringMatching(/another 3600 s|another 3599 s/),
    });
    transporter.close();
  });
});
