// Attachments and a calendar invitation: everything that Nodemailer composes goes up as it is.
import { fileURLToPath } from 'node:url';
import nodemailer from 'nodemailer';
import { graphTransport } from 'nodemailer-graph-transport';

const organizer = process.env.GRAPH_MAIL_MAILBOX;
const guest = process.argv[2] ?? 'ana@example.com';
const invitation = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'PRODID:-//contoso//invitation example//EN',
  'METHOD:REQUEST',
  'BEGIN:VEVENT',
  `UID:${crypto.randomUUID()}@contoso.example`,
  'DTSTAMP:20261123T090000Z',
  'DTSTART:20261201T090000Z',
  'DTEND:20261201T093000Z',
  'SUMMARY:Moving off SMTP passwords',
  `ORGANIZER:mailto:${organizer}`,
  `ATTENDEE;RSVP=TRUE:mailto:${guest}`,
  'END:VEVENT',
  'END:VCALENDAR',
].join('\r\n');

const transporter = nodemailer.createTransport(graphTransport());
const info = await transporter.sendMail({
  from: organizer,
  to: guest,
  subject: 'Invitation: Moving off SMTP passwords',
  text: 'Please find the agenda attached.',
  html: '<p>Please find the <b>agenda</b> attached.</p>',
  icalEvent: { method: 'REQUEST', content: invitation },
  attachments: [
    { filename: 'agenda.csv', content: 'time,topic\n09:00,What changes\n09:15,Who does what\n' },
    { filename: 'smallest.mjs', path: fileURLToPath(new URL('smallest.mjs', import.meta.url)) },
  ],
});
console.log(info.response, info.messageId);
transporter.close();
