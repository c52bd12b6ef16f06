import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BulkSummary, type Row, sendBulk } from '../../src/bulk/index.js';
import { graphTransport } from '../../src/index.js';
import { type Sandbox, type SandboxMessage, startSandbox } from '../../src/sandbox/index.js';
import { root, runNode } from '../helpers/run-node.js';

const newsletter = path.join(root, 'examples/newsletter');

describe('npm start', () => {
  it('sends 200 messages with one token request and four in flight, and exits by itself', async () => {
    const { code, stdout, stderr } = await runNode(['dist/esm/cli/main.js', 'demo']);
    expect(stderr).toBe('');
    const line = (name: string) => new RegExp(`^${name}\\s+(\\S+)$`, 'm').exec(stdout)?.[1];
    expect(['Sent', 'Rejected', 'Unknown', 'Token requests', 'Most in flight'].map(line)).toEqual([
      '200',
      '0',
      '0',
      '1',
      '4',
    ]);
    expect(line('Inbox')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect(code).toBe(0);
  });
});

describe('the newsletter', () => {
  let sandbox: Sandbox;
  const rows: Row[] = [];
  let messages: Map<string | undefined, SandboxMessage>;
  let summary: BulkSummary;
  const from = { name: 'Contoso', address: 'noreply@contoso.example' };

  beforeAll(async () => {
    sandbox = await startSandbox();
    const transporter = createTransport(graphTransport(sandbox.options), { bcc: 'archive@contoso.example' });
    const recipients = path.join(newsletter, 'recipients.csv');
    const template = path.join(newsletter, 'template');
    const run = sendBulk({ transporter, recipients, template, from, rate: false });
    for await (const { row } of run) rows.push(row);
    summary = await run.finished;
    transporter.close();
    messages = new Map((await sandbox.messages()).map((message) => [message.to[0]?.address, message]));
  });
  afterAll(() => sandbox.close());

  it('reaches every row once, and never has more than four requests in flight', () => {
    expect(summary).toMatchObject({ rows: 200, sent: 200, rejected: 0, skipped: 0, unknown: 0, left: 0 });
    expect(new Set(rows.map(({ values }) => values.language)).size).toBe(3);
    expect([...messages.keys()].sort()).toEqual(rows.map(({ values }) => values.email).sort());
    expect(sandbox.stats()).toMatchObject({ submissions: 200, tokenRequests: 1, refused: 0 });
    expect(Math.max(...Object.values(sandbox.stats().maxInFlight))).toBeLessThanOrEqual(4);
  });

  it('has every name right, in the header and in the text, in all languages', () => {
    for (const { values } of rows) {
      const message = messages.get(String(values.email));
      expect(message?.to).toEqual([{ name: values.name, address: values.email }]);
      expect(message?.text).toContain(values.name);
    }
  });

  it('carries logo and PDF byte for byte', () => {
    for (const file of ['logo.png', 'programme.pdf']) {
      const expected = readFileSync(path.join(newsletter, 'template/attachments', file));
      for (const message of messages.values()) {
        const found = message.attachments.find(({ filename }) => filename === file);
        expect(found && expected.equals(found.content)).toBe(true);
      }
    }
  });

  it('keeps Bcc in the copy of the sender alone', () => {
    for (const message of messages.values()) {
      expect(message.bcc.map(({ address }) => address)).toEqual(['archive@contoso.example']);
      expect(message.delivered.map(({ recipient }) => recipient).sort()).toEqual(
        ['archive@contoso.example', message.to[0]?.address].sort(),
      );
      for (const { raw } of message.delivered) expect(raw.toString('latin1')).not.toMatch(/^bcc:/im);
    }
  });
});
