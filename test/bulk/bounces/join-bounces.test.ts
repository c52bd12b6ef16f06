import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BouncedRecipient } from '../../../src/bulk/bounces/bounce.js';
import { joinBounces } from '../../../src/bulk/bounces/join-bounces.js';
import { mailboxesToRead, type ReceivedBounce } from '../../../src/bulk/bounces/read-bounces.js';
import { lockRun } from '../../../src/bulk/journal/lock.js';
import { readRecords } from '../../../src/bulk/journal/read-journal.js';
import type { JournalRecord } from '../../../src/bulk/journal/records.js';
import { openRecipients } from '../../../src/bulk/recipients/open-recipients.js';
import { mailbox, messageIdOf, sampleRun, start, time } from '../report/sample-run.js';

const recipients = openRecipients({ csv: 'email\njo@customer.example\nann@customer.example\nbo@customer.example\n' });
const threeSent = () =>
  sampleRun(recipients, [
    [1, 1, { type: 'attempt' }, { type: 'sent' }],
    [2, 2, { type: 'attempt' }, { type: 'sent' }],
    [3, 3, { type: 'attempt' }],
  ]);

function bounce(row: number, id: string, recipient: Partial<BouncedRecipient> = {}): ReceivedBounce {
  return {
    id,
    receivedAt: time(60),
    originalMessageId: messageIdOf(row),
    recipients: [
      { address: 'jo@customer.example', action: 'failed', status: '5.1.1', fault: 'address', hard: true, ...recipient },
    ],
  };
}

async function bouncesIn(folder: string) {
  const found: JournalRecord[] = [];
  for await (const { record } of readRecords(folder)) if (record.type === 'bounce') found.push(record);
  return found;
}

describe('joinBounces', () => {
  it('writes to the journal which row a bounce is about', async () => {
    const folder = await threeSent();
    const joined = await joinBounces(folder, [bounce(1, 'a', { diagnostic: '550 5.1.1 no such user' })], {
      recipients,
    });
    expect(joined).toEqual({
      reports: 1,
      foreign: 0,
      known: 0,
      added: 1,
      hard: 1,
      soft: 0,
      delayed: 0,
      hardAddresses: ['jo@customer.example'],
    });
    expect(await bouncesIn(folder)).toMatchObject([
      {
        row: 1,
        recipient: 'jo@customer.example',
        status: '5.1.1',
        action: 'failed',
        hard: true,
        reason: '550 5.1.1 no such user',
        ndrId: 'a',
      },
    ]);
  });

  it('finds the mail of an attempt that never ended: it went out after all', async () => {
    const folder = await threeSent();
    await joinBounces(folder, [bounce(3, 'a', { address: 'bo@customer.example' })]);
    expect(await bouncesIn(folder)).toMatchObject([{ row: 3 }]);
  });

  it('leaves alone what is about other mails, or names none', async () => {
    const folder = await threeSent();
    const { originalMessageId: _, ...nameless } = bounce(1, 'b');
    const other = { ...bounce(1, 'a'), originalMessageId: '<other@contoso.example>' };
    expect(await joinBounces(folder, [other, nameless])).toMatchObject({
      reports: 2,
      foreign: 2,
      added: 0,
      hardAddresses: [],
    });
    expect(await bouncesIn(folder)).toEqual([]);
  });

  it('adds nothing when it is told the same again, also by a report that was moved and has another id', async () => {
    const folder = await threeSent();
    await joinBounces(folder, [bounce(1, 'a')]);
    expect(await joinBounces(folder, [bounce(1, 'a'), bounce(1, 'moved')])).toMatchObject({
      known: 2,
      added: 0,
      hardAddresses: ['jo@customer.example'],
    });
    expect(await bouncesIn(folder)).toHaveLength(1);
  });

  it('gives the dead addresses that earlier readings found too: the suppression list may be asked for later', async () => {
    const folder = await threeSent();
    await joinBounces(folder, [bounce(1, 'a')]);
    const joined = await joinBounces(folder, [bounce(2, 'b', { address: 'ann@customer.example' })]);
    expect(joined.hardAddresses).toEqual(['jo@customer.example', 'ann@customer.example']);
  });

  it('adds a failure after a delay', async () => {
    const folder = await threeSent();
    await joinBounces(folder, [bounce(1, 'a', { action: 'delayed', status: '4.4.7', hard: false })]);
    expect(await joinBounces(folder, [bounce(1, 'b')])).toMatchObject({ added: 1, hard: 1 });
    expect(await bouncesIn(folder)).toMatchObject([{ action: 'delayed' }, { action: 'failed' }]);
  });

  it('does not believe a report that names another address than the row has', async () => {
    const folder = await threeSent();
    const forged = bounce(1, 'a', { address: 'ceo@customer.example' });
    expect(await joinBounces(folder, [forged], { recipients })).toMatchObject({ hard: 0, soft: 1, hardAddresses: [] });
  });

  it('does not believe a report about a row that its list holds no more', async () => {
    const folder = await threeSent();
    const shorter = openRecipients({ csv: 'email\njo@customer.example\n' });
    const found = await joinBounces(folder, [bounce(3, 'a')], { recipients: shorter });
    expect(found).toMatchObject({ hard: 0, soft: 1, hardAddresses: [] });
  });

  it('knows an address again that is written in another way', async () => {
    const folder = await threeSent();
    const shouted = bounce(1, 'a', { address: 'JO@Customer.EXAMPLE' });
    expect(await joinBounces(folder, [shouted], { recipients })).toMatchObject({ hard: 1 });
  });

  it('notes up to when each Inbox was read, so that the next reading begins there', async () => {
    const folder = await threeSent();
    expect(await mailboxesToRead(folder)).toEqual([{ mailbox, since: new Date(start + 1000 - 600_000) }]);
    const until = new Date(start + 3_600_000);
    await joinBounces(folder, [], { read: [{ mailbox: mailbox.toUpperCase(), until }] });
    expect(await mailboxesToRead(folder)).toEqual([{ mailbox, since: new Date(until.getTime() - 600_000) }]);
  });

  it('changes nothing while the run is going on', async () => {
    const folder = await threeSent();
    const journal = path.join(folder, 'journal.jsonl');
    const before = await readFile(journal, 'utf8');
    const lock = await lockRun(folder);
    await expect(joinBounces(folder, [bounce(1, 'a')])).rejects.toMatchObject({ code: 'locked' });
    await lock.release();
    expect(await readFile(journal, 'utf8')).toBe(before);
  });

  it('says so where there is no run, and makes no folder there', async () => {
    const nowhere = `${await threeSent()}-not`;
    await expect(joinBounces(nowhere, [])).rejects.toMatchObject({ code: 'missing' });
    await expect(readFile(nowhere)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
