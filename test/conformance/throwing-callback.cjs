// Sends messages with a callback that throws, and prints how often it was called and what was uncaught.
const { asCommonJs, asModule } = require('./editions.cjs');

const { nodemailer, build, options, mails } = JSON.parse(process.env.CONFORMANCE);
const calls = [];
const uncaught = [];
process.on('uncaughtException', (error) => uncaught.push(error.message));
process.on('unhandledRejection', (error) => uncaught.push(`unhandled: ${error.message}`));

async function sendAll() {
  const { createTransport, graphTransport } = await (build === 'ESM' ? asModule : asCommonJs)(nodemailer);
  const transporter = createTransport(graphTransport(options));
  for (const mail of mails) {
    await new Promise((resolve) => {
      transporter.sendMail(mail, (error) => {
        calls.push(error ? error.code : 'info');
        setTimeout(resolve, 50);
        throw new Error('thrown');
      });
    });
  }
  transporter.close();
  process.stdout.write(JSON.stringify({ calls, uncaught }));
}

sendAll();
