import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { joinBounces, openRecipients, sendBulk } from '../../../src/bulk/index.js';
import { readRun } from '../../../src/bulk/journal/read-journal.js';
import { openReport } from '../../../src/bulk/report/report-rows.js';
import { identifyBulk } from '../../../src/bulk/run/run-input.js';

let folder: string;
beforeEach(async () => {
  folder = path.join(await mkdtemp(path.join(tmpdir(), 'earlier-')), 'run');
});
afterEach(() => rm(path.dirname(folder), { recursive: true }));

// Rows without content, spaces around values, and a header in the middle, all of which were rows once.
const csv =
  'email,name\na@x.example, Ann \n,\nb@x.example,Bob\n c@x.example,Cy\nemail,name\nd@x.example, Di \n,\ne@x.example,Eve\n';

/** The journal of a run over it, of two mails, as it was written before there were other rules. */
const earlier = [
  '{"type":"run","version":1,"id":"913fd6cdeba75d845bda23231e957101","recipients":{"name":"recipients","format":"csv","sha256":"afb21067f14a43b3dfe25927dd38ded104986cd0ceddf229f59d93f3c5e050c9","rows":8},"template":{"sha256":"6e1a61dcea52bd0c5bab11bd4575ea004ac228e69fc31b7414e7564d826bd0f6"},"options":{"from":[{"address":"news@contoso.example"}]},"optionsSha256":"2584653ad7f2be8b6ae6b7137e5ae4b1d0b585f34ff63e1f34445a2f9232d1c3","at":"2026-11-30T10:26:29.949Z","crc":"f76b9d07"}',
  '{"type":"attempt","row":1,"key":"e8735d3d34a32cf1","at":"2026-11-30T10:26:30.136Z","mailbox":"news@contoso.example","messageId":"<a3c50698e6b5492f83171105fdfcd4ee@contoso.example>","date":"2026-11-30T10:26:30.133Z","crc":"e56efa5f"}',
  '{"type":"sent","row":1,"key":"e8735d3d34a32cf1","at":"2026-11-30T10:26:30.167Z","mailbox":"news@contoso.example","messageId":"<a3c50698e6b5492f83171105fdfcd4ee@contoso.example>","attempts":1,"recipients":1,"crc":"b2f119e7"}',
  '{"type":"rejected","stage":"row","row":2,"key":"7370a38eab58827b","at":"2026-11-30T10:26:30.194Z","error":{"code":"input","message":"Recipients, line 3: the e-mail address \\"\\" is empty"},"crc":"2d0e9ed2"}',
  '{"type":"attempt","row":3,"key":"e295c0198c284659","at":"2026-11-30T10:26:30.196Z","mailbox":"news@contoso.example","messageId":"<a53109dc3bd58a3cd2c626a0495f2c2b@contoso.example>","date":"2026-11-30T10:26:30.195Z","crc":"48a6872e"}',
  '{"type":"sent","row":3,"key":"e295c0198c284659","at":"2026-11-30T10:26:30.222Z","mailbox":"news@contoso.example","messageId":"<a53109dc3bd58a3cd2c626a0495f2c2b@contoso.example>","attempts":1,"recipients":1,"crc":"29fc8123"}',
];

const options = {
  recipients: { csv },
  template: { subject: 'Hello', text: 'Dear {{name}}' },
  from: 'news@contoso.example',
  rate: false,
  concurrency: 1,
} as const;

async function leaveEarlier(): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'journal.jsonl'), earlier.map((line) => `${line}\n`).join(''));
}

/** Goes on, and gives who got which text. */
async function goOn(more: Partial<Parameters<typeof sendBulk>[0]> = {}) {
  const sent: string[] = [];
  const transporter = {
    sendMail: async ({ to, text }: { to: { address: string }; text: string }) => {
      sent.push(`${to.address}: ${text}`);
      return {};
    },
  };
  const summary = await sendBulk({ transporter, ...options, journal: folder, ...more }).finished;
  return { sent, summary };
}

describe('a run that was begun before rows without content were passed over and cells trimmed', () => {
  it.each([
    ['in a folder', () => folder],
    ['in a folder by its id', () => () => folder],
  ])('%s goes on, with the rows and digests that it had', async (_, journal) => {
    await leaveEarlier();
    const { sent, summary } = await goOn({ journal: journal(), resume: true });
    expect(sent).toEqual(['d@x.example: Dear  Di ', 'e@x.example: Dear Eve']);
    expect(summary).toMatchObject({ rows: 8, sent: 4, rejected: 4, left: 0, ended: 'complete' });
  });

  it('has its rows in the report, and bounces of its mails are found', async () => {
    await leaveEarlier();
    await goOn();
    const recipients = openRecipients({ csv });
    const report = await openReport({ folder, recipients });
    const rows = [];
    for await (const { line, status, values } of report.rows()) rows.push([line, status, values?.name]);
    expect(rows).toEqual([
      [2, 'sent', ' Ann '],
      [3, 'rejected', ''],
      [4, 'sent', 'Bob'],
      [5, 'rejected', 'Cy'],
      [6, 'rejected', 'name'],
      [7, 'sent', ' Di '],
      [8, 'rejected', ''],
      [9, 'sent', 'Eve'],
    ]);
    const originalMessageId = '<a53109dc3bd58a3cd2c626a0495f2c2b@contoso.example>';
    const recipient = { address: 'b@x.example', action: 'failed', status: '5.1.1', hard: true } as const;
    const bounce = { ndrId: '1', receivedAt: new Date(), originalMessageId, recipients: [recipient] };
    const joined = await joinBounces(folder, [bounce as never], { recipients });
    expect(joined).toMatchObject({ hard: 1, hardAddresses: ['b@x.example'] });
  });

  it('is found under the same id', async () => {
    const clean = csv.replaceAll('email,name\nd', 'd');
    const { id } = await identifyBulk({ ...options, recipients: { csv: clean } });
    await goOn({ recipients: { csv: clean } });
    expect((await readRun(folder)).run).toMatchObject({
      id,
      optionsSha256: JSON.parse(earlier[0] as string).optionsSha256,
      template: JSON.parse(earlier[0] as string).template,
    });
  });
});

describe('a run that is begun now', () => {
  const list = 'Name;Firma;Arbeit\nAnn;a@x.example;  work@x.example \n;;\nBob;b@x.example;bob@x.example\n';

  it('trims, passes over what is empty, and says so in journal and report', async () => {
    const recipients = { csv: list };
    const { sent, summary } = await goOn({
      recipients,
      emailColumn: 'Arbeit',
      limit: 1,
      template: { ...options.template, text: '{{email}}' },
    });
    expect(sent).toEqual(['work@x.example: work@x.example']);
    expect(summary).toMatchObject({ rows: 2, sent: 1, left: 1 });
    const { run } = await readRun(folder);
    expect(run.recipients).toMatchObject({
      reader: 2,
      emailColumn: 'Arbeit',
      rows: 2,
      emptyRows: { count: 1, firstLine: 3 },
    });
    // Whoever asks for the report need not say again which column it was.
    const report = await openReport({ folder, recipients: openRecipients(recipients) });
    expect(report.columns).toEqual(['Name', 'Firma', 'Arbeit']);
    expect(report.notes).toEqual(['Rows whose cells are all empty are passed over, the first on line 3 (1 row).']);
  });

  it('goes on with the same column of the address alone', async () => {
    const recipients = { csv: list };
    const template = { subject: 'S', text: 'T' };
    await goOn({ recipients, template, emailColumn: 'Arbeit', limit: 1 });
    await expect(goOn({ recipients, template, emailColumn: 'Firma' })).rejects.toMatchObject({ code: 'changed' });
    const { sent } = await goOn({ recipients, template, emailColumn: 'Arbeit' });
    expect(sent).toEqual(['bob@x.example: T']);
  });

  it('has another id for another column of the address', async () => {
    const ids = ['Arbeit', 'Firma'].map((emailColumn) =>
      identifyBulk({ ...options, recipients: { csv: list }, emailColumn }),
    );
    const [one, other] = await Promise.all(ids);
    expect(one?.id).not.toBe(other?.id);
  });

  it('refuses a column of the address that is no name', async () => {
    for (const emailColumn of ['', ' ', 5 as never]) {
      await expect(goOn({ recipients: { csv: list }, emailColumn })).rejects.toThrow(
        'The option emailColumn is the name of',
      );
    }
  });
});
