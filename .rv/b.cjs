const nodemailer = require('nodemailer');
const { sendBulk, printTotals } = require('nodemailer-graph-transport/bulk');
(async () => {
  const run = sendBulk({ transporter: nodemailer.createTransport({ jsonTransport: true }), recipients: { csv: 'email;name\r\na@x.com;Ä\r\n' }, template: { subject: '{{name}}', text: 't' }, from: 'x@contoso.com' });
  for await (const r of run) console.log(r.status, JSON.parse(r.info.message).subject);
  console.log(printTotals(await run.finished));
})();
