import nodemailer from 'nodemailer';
import { sendBulk, printTotals, readBounces } from 'nodemailer-graph-transport/bulk';
import * as all from 'nodemailer-graph-transport/bulk';
console.log(Object.keys(all).join(' '));
const t = nodemailer.createTransport({ jsonTransport: true });
const run = sendBulk({ transporter: t, recipients: [{ email: 'a@example.com', name: 'A' }, { email: 'bad', name: 'B' }, { email: 'A@example.com', name: 'C' }], template: { subject: 'Hi {{name}}', html: '<p>{{name}}</p>' }, from: 'x@contoso.com' });
run.on('progress', (p) => console.log('progress', p.sent, p.left));
for await (const r of run) console.log(r.row.number, r.status, r.error?.message ?? r.reason ?? r.messageId);
console.log(printTotals(await run.finished));
// generator, stream transport, journal in memory
async function* gen() { for (let i = 0; i < 5; i++) yield { email: `g${i}@example.com`, name: `N${i}` }; }
const s = nodemailer.createTransport({ streamTransport: true, buffer: true });
const r2 = sendBulk({ transporter: s, recipients: gen(), template: (row) => ({ subject: `F ${row.name}`, text: 'x' }), from: 'x@contoso.com', rate: false });
console.log(printTotals(await r2.finished), r2.progress);
for (const bad of [{}, { transporter: t }, { transporter: t, recipients: [] , template: 'x'}, { transporter: t, recipients: [{email:'a@b.cc'}], template: {subject:'x',text:'y'}, from: 'nope' }, { transporter: t, recipients: [{email:'a@b.cc'}], template: {subject:'x',text:'y'}, from: 'a@b.cc', rat: 3 }, { transporter: t, recipients: [{email:'a@b.cc'}], template: {subject:'x',text:'y'} , journal: '/proc/x'}, { transporter: {}, recipients: [{email:'a@b.cc'}], template: {subject:'x',text:'y'}, from: 'a@b.cc' }, { transporter: t, recipients: 'nofile.csv', template: {subject:'x',text:'y'}, from: 'a@b.cc' }, { transporter: t, recipients: [1,'x'], template: {subject:'x',text:'y'}, from: 'a@b.cc' }]) {
  try { const r = sendBulk(bad); const f = await r.finished; console.log('??', f); } catch (e) { console.log(e.name, e.code, '|', e.message); }
}
