import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { GraphTransport } from '../../src/index.js';
import { type Edition, editions, mail, openTransport, sandboxOfFile, sendAndRead } from './support.js';

const sandbox = sandboxOfFile();

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Merges in the way of libraries that walk all enumerable keys, inherited ones too, and take objects apart. */
function deepMerge(target: Record<string, unknown>, source: unknown): Record<string, unknown> {
  if (!isObject(source)) return target;
  for (const key in source) {
    const value = source[key];
    if (isObject(value)) target[key] = deepMerge(isObject(target[key]) ? target[key] : {}, value);
    else if (value !== undefined) target[key] = value;
  }
  return target;
}

const copies: Record<string, (transport: GraphTransport) => object> = {
  itself: (transport) => transport,
  'a spread': (transport) => ({ ...transport }),
  'Object.assign': (transport) => Object.assign({}, transport),
  'a deep merge over SMTP defaults': (transport) =>
    deepMerge({ host: 'localhost', port: 25, auth: { user: '', pass: '' } }, transport),
  'a deep merge of a configuration around it': (transport) =>
    deepMerge({ mail: {} }, { mail: transport }).mail as object,
  'a spread of a deep merge': (transport) => ({ ...deepMerge({}, transport) }),
  'an object that inherits from it': (transport) => Object.create(transport) as object,
};
/** Sends through whatever became of the transport, and fails when that is not this transport any more. */
async function sendThrough(edition: Edition, copy: object): Promise<void> {
  const transporter = edition.createTransport(copy);
  expect(await transporter.verify()).toBe(true);
  const message = await sendAndRead(transporter, sandbox(), mail());
  expect(message.to).toEqual([{ name: '', address: 'ana@example.com' }]);
  expect(transporter.isIdle()).toBe(true);
}

describe.each(editions)('the transport object, $name', (edition) => {
  it.each(Object.keys(copies))('works as %s, new and after it was used', async (name) => {
    const { transport, transporter } = openTransport(edition, sandbox());
    const copy = copies[name];
    if (!copy) throw new Error(name);
    await sendThrough(edition, copy(transport));
    await transporter.sendMail(mail());
    await sendThrough(edition, copy(transport));
  });

  it('shares token and state among its copies', async () => {
    const { transport, transporter } = openTransport(edition, sandbox());
    const before = sandbox().stats().tokenRequests;
    const copy = edition.createTransport({ ...transport });
    await Promise.all([transporter.sendMail(mail()), copy.sendMail(mail())]);
    expect(sandbox().stats().tokenRequests - before).toBe(1);
    copy.close();
    await expect(transporter.sendMail(mail())).rejects.toMatchObject({ code: 'ECONNECTION' });
  });

  it('has enough own keys to be seen as a configuration, and no method that makes it look like a transporter', () => {
    const { transport } = openTransport(edition, sandbox());
    expect(Object.keys(transport)).toEqual(
      expect.arrayContaining(['name', 'version', 'send', 'verify', 'close', 'isIdle']),
    );
    expect('sendMail' in transport).toBe(false);
    for (const key of ['host', 'port', 'auth', 'service', 'url']) expect(key in transport).toBe(false);
  });

  it('shows no secret when it or its transporter is printed', () => {
    const { transport, transporter } = openTransport(edition, sandbox());
    const key = sandbox()
      .options.certificate.split('\n')
      .find((line) => line.length === 64);
    for (const value of [transport, transporter]) {
      const printed = inspect(value, { depth: 10, showHidden: true });
      expect(printed).not.toContain('PRIVATE KEY');
      expect(printed).not.toContain(key);
    }
  });

  it('works under two transporters at once, each with its own defaults', async () => {
    const { transport } = openTransport(edition, sandbox());
    const first = edition.createTransport(transport, { subject: 'First' });
    const second = edition.createTransport(transport, { subject: 'Second' });
    const [one, two] = await Promise.all(
      [first, second].map((transporter) =>
        sendAndRead(transporter, sandbox(), { from: 'noreply@contoso.example', to: 'ana@example.com' }),
      ),
    );
    expect([one?.subject, two?.subject]).toEqual(['First', 'Second']);
  });

  it('wakes every transporter on top of it', async () => {
    const { transport, transporter } = openTransport(edition, sandbox());
    const other = edition.createTransport(transport);
    await Promise.all([transporter, other].map((one) => new Promise((resolve) => one.once('idle', resolve))));
  });
});
