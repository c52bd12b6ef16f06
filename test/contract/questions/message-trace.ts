import { setTimeout as sleep } from 'node:timers/promises';
import type { Question } from '../question.js';

const LONGEST = 300_000;
const PAUSE = 30_000;

/** What no source tells: how late message trace is, and whether a Message-ID is there as it was uploaded. */
export const messageTrace: readonly Question[] = [
  {
    topic: 'message trace',
    assumption: 'has a message by the Message-ID of its upload, angle brackets included, within five minutes',
    needs: ['Mail.Send', 'ExchangeMessageTrace.Read.All'],
    look: async (target) => {
      const messageId = target.messageId();
      const sent = await target.sendMail(target.mail('to be traced', { 'Message-ID': messageId }));
      if (sent.status !== 202) throw new Error(`not sent: ${sent.status} ${sent.text}`);
      const authorization = `Bearer ${await target.accessToken()}`;
      const query = new URLSearchParams({ $filter: `senderAddress eq '${target.place.mailbox}'` });
      for (let waited = 0; ; waited += PAUSE) {
        const path = `/v1.0/admin/exchange/tracing/messageTraces?${query}`;
        const { status, json } = await target.request(path, { headers: { authorization } });
        if (status !== 200) return `message trace was answered with ${status} ${json?.error?.code ?? ''}`.trim();
        const entries: { messageId: string; status: string }[] = json.value;
        const found = entries.find((entry) => entry.messageId === messageId);
        if (found) return { held: true, seen: `after ${waited / 1000} s, ${found.status}` };
        if (waited >= LONGEST) return { held: false, seen: `not within ${LONGEST / 1000} s` };
        await sleep(PAUSE);
      }
    },
  },
];
