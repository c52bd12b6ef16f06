// Run by Jest: with its fake timers, all of them, turned on before or after the package is first loaded.
jest.setTimeout(60_000);

const mail = { from: 'noreply@contoso.example', to: 'ana@example.com', subject: 'Hi', text: 'Hello' };

async function open() {
  const nodemailer = require('nodemailer');
  const { graphTransport } = require('nodemailer-graph-transport');
  const { startSandbox } = require('nodemailer-graph-transport/sandbox');
  const sandbox = await startSandbox();
  const transporter = nodemailer.createTransport(graphTransport(sandbox.options));
  const close = async () => {
    transporter.close();
    await sandbox.close();
  };
  return { sandbox, transporter, close };
}

beforeEach(() => jest.resetModules());
afterEach(() => jest.useRealTimers());

test('one message under fake timers, and those after it under real ones', async () => {
  const { sandbox, transporter, close } = await open();
  jest.useFakeTimers();
  await transporter.sendMail(mail);
  // Longer than what is written together with the head of its request.
  await transporter.sendMail({ ...mail, attachments: [{ content: Buffer.alloc(200_000) }] });
  jest.useRealTimers();
  await Promise.all([1, 2, 3].map(() => transporter.sendMail(mail)));
  expect(sandbox.stats().submissions).toBe(5);
  await close();
});

test('first loaded under fake timers', async () => {
  jest.useFakeTimers({ now: new Date('2023-05-01') });
  const { sandbox, transporter, close } = await open();
  await transporter.sendMail(mail);
  jest.setSystemTime(new Date('2035-05-01'));
  await transporter.sendMail(mail);
  jest.useRealTimers();
  await transporter.sendMail(mail);
  expect(sandbox.stats()).toMatchObject({ submissions: 3, tokenRequests: 1 });
  await close();
});

test('what Nodemailer streams is refused while its timer is faked', async () => {
  const { transporter, close } = await open();
  const message = { ...mail, attachments: [{ path: __filename }] };
  jest.useFakeTimers();
  await expect(transporter.sendMail(message)).rejects.toMatchObject({ code: 'ECONFIG', outcome: 'not-sent' });
  jest.useFakeTimers({ doNotFake: ['setImmediate'] });
  await transporter.sendMail(message);
  await close();
});
