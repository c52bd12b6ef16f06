// What a report may have in it, whatever a server answers.
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ProbeFailure } from '../../../src/cli/live/common/exchange.js';
import { Target } from '../../../src/cli/live/common/target.js';
import { interactiveQuestions, questions, topics } from '../../../src/cli/live/probes.js';
import { reportText, withoutNames } from '../../../src/cli/live/report.js';
import { type LiveResult, runLive } from '../../../src/cli/live/run.js';
import { type Clock, systemClock } from '../../../src/common/clock.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.js';
import { startSandboxTarget } from '../../contract/sandbox-target.js';
import { type Answer, CLIENT, FRIEND, HastyClock, MAILBOX, serviceThat, TENANT } from './service.js';

const facts = { where: 'sandbox', day: '2026-11-30', program: 'nodemailer-graph-transport 0.1.0' };

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());

/** All that must not get out, as a server would quote it. */
function everything({ url, authorization, body }: { url: string; authorization: string; body: string }): string {
  const mime = Buffer.from(body, 'base64').toString();
  return [MAILBOX, FRIEND, TENANT, CLIENT, authorization, decodeURIComponent(url), url, body, mime, 'Dear Ana'].join(
    ' ',
  );
}

const STATUSES = [200, 201, 202, 204, 302, 400, 401, 403, 404, 409, 413, 429, 500, 502, 503, 504];

const services: Readonly<Record<string, () => Answer>> = {
  'quotes everything in its errors': () => {
    let at = 0;
    return (request) => {
      const status = STATUSES[at++ % STATUSES.length] ?? 500;
      const all = everything(request);
      return {
        status,
        headers: { 'x-quote': all.replaceAll(/[^\x20-\x7e]/g, ' ').slice(0, 4_000), 'client-request-id': TENANT },
        body: JSON.stringify({ error: { code: all, message: all }, error_description: all, error_codes: [all] }),
      };
    };
  },
  'quotes everything as if all were well': () => (request) => {
    const all = everything(request);
    const message = {
      id: all.slice(0, 60),
      subject: all,
      internetMessageId: `<${all}>`,
      bodyPreview: all,
      isDraft: all,
    };
    const person = { emailAddress: { address: FRIEND, name: all } };
    const lists = { toRecipients: [person], bccRecipients: [person], from: person, attachments: [message] };
    return {
      status: request.url.endsWith('/messages') ? 201 : 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        ...message,
        ...lists,
        value: [{ ...message, ...lists }],
        uploadUrl: `https://${TENANT}.test/`,
      }),
    };
  },
  'has codes that are names': () => {
    let at = 0;
    const codes = [TENANT, MAILBOX, 'DearAna', `${FRIEND}--Error`, '', 'A'.repeat(5_000), 'constructor'];
    return () => {
      const code = codes[at++ % codes.length];
      return { status: 400, body: JSON.stringify({ error: { code, message: code }, error_codes: [code, Number.NaN] }) };
    };
  },
  'answers no JSON': () => (request) => ({ status: 502, body: `<html>${everything(request)}</html>` }),
  'answers JSON of another shape': () => () => ({ status: 200, body: '[null, {"value": 7}, "noreply@contoso.test"]' }),
  'answers null': () => () => ({ status: 200, body: 'null' }),
  'breaks every connection': () => () => undefined,
};

function expectNoNames(text: string, token: string): void {
  const names = [MAILBOX, FRIEND, 'contoso', 'fabrikam', 'lovelace', TENANT, CLIENT, token, token.split('.')[1] ?? ''];
  for (const name of [...names, 'eyJ', 'PRIVATE KEY', 'localhost', 'Dear Ana', 'contract test', 'Bearer e']) {
    expect(text.toLowerCase()).not.toContain(name.toLowerCase());
  }
  expect(text).not.toMatch(/@(?!odata\.)|[0-9a-f]{8}-[0-9a-f]{4}-/i);
}

describe('the report of a run names nobody where the service', () => {
  test.each(Object.entries(services))(
    '%s',
    async (_what, answer) => {
      const { target, token } = await serviceThat(answer(), sandbox);
      const result = await runLive(target, { clock: new HastyClock() });
      expect(result.results).toHaveLength(
        topics.flatMap(({ cases }) => cases).length + questions.length + interactiveQuestions.length,
      );
      for (const format of ['markdown', 'json'] as const) {
        const text = reportText(format, facts, result, target);
        expect(text.length).toBeGreaterThan(5_000);
        expectNoNames(text, token);
        // Made of our own words, it does not lean on the last look for names.
        if (format === 'json') {
          expect(JSON.parse(text).probes).toEqual(JSON.parse(JSON.stringify(result.results)));
        }
      }
    },
    60_000,
  );
});

describe('the last look for names', () => {
  const target = new Target({
    tenantId: TENANT,
    clientId: CLIENT,
    authorityHost: 'https://login.test',
    graphHost: 'https://graph.test',
    certificate: '',
    mailbox: MAILBOX,
    to: [FRIEND, MAILBOX, 'bob@example.test'],
  });

  test.each([
    [`from ${MAILBOX} to ${FRIEND}`, 'from sender to recipient 1'],
    ['NoReply@Contoso.TEST and bob@example.test', 'sender and recipient 2'],
    ['<contract-1@contoso.test>', '<{address}>'],
    ['at contoso.test', 'at {domain}'],
    [`tenant ${TENANT.toUpperCase()}, application ${CLIENT}`, 'tenant {tenant}, application {application}'],
    ['request 00000000-1111-4222-8333-444444444444', 'request {id}'],
    ['somebody@elsewhere.test', '{address}'],
    ['Bearer eyJhbGciOiJSUzI1NiJ9.eyJyb2xlcyI6W119.c2ln', 'Bearer {secret}'],
    [`key ${'Ab3+'.repeat(30)}`, 'key {secret}'],
    ['400 ErrorInvalidRecipients', '400 ErrorInvalidRecipients'],
  ])('makes of %j %j', (text, wanted) => {
    expect(withoutNames(text, target)).toBe(wanted);
  });
});

describe('a run', () => {
  test('ends when its time is over, tells what it left out, and cleans up', async () => {
    const { target, sandbox: tenant } = await startSandboxTarget({ mimeContentType: 'any-charset' });
    onTestFinished(async () => {
      target.close();
      await tenant.close();
    });
    let over: (() => void) | undefined;
    const clock: Clock = {
      ...systemClock,
      after: (ms, callback) => {
        if (ms !== 450_000) return systemClock.after(ms, callback);
        over = callback;
        return () => {};
      },
    };
    const lines: string[] = [];
    const result: LiveResult = await runLive(target, {
      clock,
      timeLimit: 450_000,
      print: (line) => {
        lines.push(line);
        if (line.includes('JSON makes a draft')) over?.();
      },
    });
    expect(result.end).toBe('out of time');
    expect(result.results.find(({ id }) => id === 'drafts.3')?.verdict).toBe('held');
    expect(result.results.find(({ id }) => id === 'drafts.4')).toMatchObject({
      verdict: 'not tried',
      seen: 'the time was over',
      exchanges: [],
    });
    expect(lines.join('\n')).toContain('The run ends here: the time was over.');
    const { drafts, sentItems, inbox } = tenant.mailbox(target.settings.mailbox);
    expect([drafts, sentItems, inbox]).toEqual([[], [], []]);
  }, 60_000);

  test('sends no more mails than were announced', async () => {
    const { target, sandbox: tenant } = await startSandboxTarget();
    const few = new Target({ ...target.settings, maxMails: 1 });
    onTestFinished(async () => {
      target.close();
      few.close();
      await tenant.close();
    });
    expect((await few.sendMail(few.mail('first'))).status).toBe(202);
    expect((await few.sendMail(few.mail('to nobody', { To: '' }))).status).toBe(400);
    await expect(few.sendMail(few.mail('second'))).rejects.toThrow(ProbeFailure);
    const { json } = await few.draft(few.mail('a draft'));
    await expect(few.graph('POST', `/messages/${encodeURIComponent(json.id)}/send`)).rejects.toThrow(
      'More than the 1 mails that were announced would be sent.',
    );
    expect(tenant.stats().submissions).toBe(1);
  });
});
