import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runInChild } from '../../helpers/child.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'exit-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs a program in which `start(more)` makes a run, and `say` prints. */
const program = (body: string) => `
  import { sendBulk } from '../src/bulk/index.js';
  const { folder } = JSON.parse(process.env.DATA);
  const say = (words) => console.log(words);
  const sent = [];
  const transporter = { sendMail: async ({ to }) => { sent.push(to.address); return {}; } };
  const start = (more = {}) => sendBulk({
    transporter,
    recipients: Array.from({ length: 50 }, (_, index) => ({ email: \`p\${index}@example.com\` })),
    template: { subject: 'Hello', text: 'Hello' },
    from: 'news@contoso.com',
    journal: folder + '/run',
    ...more,
  });
  ${body}
`;

describe('a process', () => {
  it.each<{ when: string; body: string; stdout: string }>([
    {
      when: 'its run is complete',
      body: `const run = start({ rate: false }); say((await run.finished).ended);`,
      stdout: 'complete\n',
    },
    {
      when: 'nobody waits for its run',
      body: `start({ rate: false }); process.on('exit', () => say(sent.length));`,
      stdout: '50\n',
    },
    {
      when: 'it is stopped while it waits for the minute',
      body: `const run = start({ rate: 2 });
        run.on('progress', ({ sent }) => sent === 2 && setTimeout(() => run.stop(), 20));
        say((await run.finished).ended);`,
      stdout: 'stopped\n',
    },
    {
      when: 'it is aborted while it waits for the day',
      body: `const run = start({ perDay: 2 });
        run.on('progress', ({ sent }) => sent === 2 && setTimeout(() => run.abort(), 20));
        say((await run.finished).ended);`,
      stdout: 'aborted\n',
    },
    {
      when: 'it is stopped while its recipients never come',
      body: `async function* never() { await new Promise(() => {}); }
        const run = start({ recipients: never() });
        setTimeout(() => run.stop(), 50);
        say((await run.finished).ended);`,
      stdout: 'stopped\n',
    },
    {
      when: 'its run cannot begin',
      body: `await start({ recipients: folder + '/missing.csv' }).finished.catch(({ code }) => say(code));`,
      stdout: 'input\n',
    },
    {
      when: 'its run ends with an error',
      body: `transporter.sendMail = async () => { throw Object.assign(new Error('no'), { code: 'EAUTH' }); };
        for await (const _ of start({ concurrency: 1 })) say('a result');`.replace(
        /(for await.*)/,
        'try { $1 } catch ({ message }) { say(message); }',
      ),
      stdout: 'no\n',
    },
  ])('exits by itself when $when', async ({ body, stdout }) => {
    expect(await runInChild(program(body), { folder })).toEqual({ code: 0, stdout, stderr: '' });
  });
});
