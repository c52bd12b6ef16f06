import type { Permission } from '../case.js';
import { itemInSentItems } from '../folders.js';
import type { Finding, Question } from '../question.js';
import type { Target } from '../target.js';

const topic = 'bytes that are not ASCII, and line ends';
const needs: Permission[] = ['Mail.Send', 'Mail.Read'];
const TEXT = 'Grüße aus Köln';

export const rawBytes: readonly Question[] = [
  {
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
    topic,
    assumption: 'a body in raw UTF-8 (8bit) is taken and read as UTF-8',
    needs,
    look: async (target) => {
      const headers = { 'Message-ID': target.messageId(), 'Content-Transfer-Encoding': '8bit' };
      return lookAt(target, headers['Message-ID'], target.mail('8bit', headers, `${TEXT}\r\n`), TEXT);
    },
  },
  {
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
  const { status, json } = await target.sendMail(mime);
  if (status !== 202) return { held: false, seen: `${status} ${json?.error?.code ?? ''}`.trim() };
  const sent = await itemInSentItems(target, messageId, 'subject,bodyPreview');
  const { subject = '', bodyPreview = '' } = sent.json?.value?.[0] ?? {};
  const found = `${subject} ${bodyPreview}`.includes(wanted);
  return { held: found, seen: found ? '202, and Sent Items has it' : `202; Sent Items: ${JSON.stringify(subject)}` };
}
