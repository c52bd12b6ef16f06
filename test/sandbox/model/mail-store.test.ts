import { expect, it } from 'vitest';
import { Timers } from '../../../src/sandbox/http/timers.js';
import { MailStore } from '../../../src/sandbox/model/mail-store.js';
import { createMailbox } from '../../../src/sandbox/model/mailbox.js';
import { StoredMessage } from '../../../src/sandbox/model/stored-message.js';
import { MAILBOX, mail } from '../support.js';

/** Timers that run when the test says so. */
class HeldTimers extends Timers {
  readonly #due: (() => void)[] = [];

  override after(_ms: number, run: () => void): void {
    this.#due.push(run);
  }

  runAll(): void {
    for (const run of this.#due.splice(0)) run();
  }
}

it('a message deleted on its way to Sent Items comes to no folder any more', () => {
  const timers = new HeldTimers();
  const mailbox = createMailbox(MAILBOX);
  const store = new MailStore({ keep: 10, sentItemsDelay: 1000, deliverTo: () => [], timers, now: () => 2000 });
  for (const id of ['1', '2']) {
    store.submit({
      id,
      mailbox,
      message: new StoredMessage(Buffer.from(mail({ 'Message-ID': `<${id}@x>` })), mailbox),
      rewrittenFrom: undefined,
      saveToSentItems: true,
      receivedAt: 1000,
      appId: 'app',
      requestId: id,
      clientRequestId: undefined,
    });
  }
  const [first] = store.items(mailbox, 'drafts');
  if (first) store.remove(first);
  timers.runAll();
  expect(
    store
      .items(mailbox)
      .map(({ folder, message, createdAt, modifiedAt }) => [folder, message.messageId, createdAt, modifiedAt]),
  ).toEqual([['sentItems', '<2@x>', 1000, 2000]]);
  expect(store.submitted).toBe(2);
});
