import { answerInWords } from '../common/exchange.js';
import { itemInSentItems } from '../common/folders.js';
import type { Finding, Permission, Question } from '../common/probe.js';
import type { Target } from '../common/target.js';

const topic = 'bytes that are not ASCII, and line ends';
const needs: Permission[] = ['Mail.Send', 'Mail.Read'];
const TEXT = 'Grüße aus Köln';

export const rawBytes: readonly Question[] = [
  {
    id: 'raw-bytes.1',
    facts: ['send-16'],
    topic,
    assumption: 'a subject in raw UTF-8 is taken and read as UTF-8',
    needs,
    look: async (target) => {
      const messageId = target.messageId();
      const subject = target.subject(TEXT);
      return lookAt(target, messageId, target.mail('', { Subject: subject, 'Message-ID': messageId }), subject);
    },
  },
  {
    id: 'raw-bytes.2',
    facts: ['send-16'],
    topic,
    assumption: 'a body in raw UTF-8 (8bit) is taken and read as UTF-8',
    needs,
    look: async (target) => {
      const headers = { 'Message-ID': target.messageId(), 'Content-Transfer-Encoding': '8bit' };
      return lookAt(target, headers['Message-ID'], target.mail('8bit', headers, `${TEXT}\r\n`), TEXT);
    },
  },
  {
    id: 'raw-bytes.3',
    facts: ['send-16'],
    topic,
    assumption: 'a message with bare LF is taken and read as one with CRLF',
    needs,
    look: async (target) => {
      const messageId = target.messageId();
      const mime = target.mail('bare LF', { 'Message-ID': messageId }, 'After the header.\r\n');
      return lookAt(target, messageId, mime.replaceAll('\r\n', '\n'), 'After the header.');
    },
  },
];

async function lookAt(target: Target, messageId: string, mime: string, wanted: string): Promise<Finding> {
  const reply = await target.sendMail(mime);
  if (reply.status !== 202) return { held: false, seen: answerInWords(reply) };
  const sent = await itemInSentItems(target, messageId, 'subject,bodyPreview');
  const { subject = '', bodyPreview = '' } = sent.json?.value?.[0] ?? {};
  const found = `${subject} ${bodyPreview}`.includes(wanted);
  return { held: found, seen: `202, and Sent Items has ${found ? 'it' : 'another text, or nothing'}` };
}
