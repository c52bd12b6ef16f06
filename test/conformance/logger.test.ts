import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { editions, failureOf, mail, openTransport, sandboxOfFile } from './support.js';

const sandbox = sandboxOfFile();

interface Line {
  level: string;
  data: Record<string, unknown>;
  message: string;
  args: unknown[];
}

/** A bunyan-style logger that keeps what it is given. */
function keepLog(): { logger: Record<string, (...args: unknown[]) => void>; lines: Line[] } {
  const lines: Line[] = [];
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
  const method =
    (level: string) =>
    (data: unknown, message: unknown, ...args: unknown[]) => {
      lines.push({ level, data: data as Record<string, unknown>, message: String(message), args });
    };
  return { logger: Object.fromEntries(levels.map((level) => [level, method(level)])), lines };
}

describe.each(editions)('the option logger, $name', (edition) => {
  it('gets a line for every message, with tnx, Message-ID and recipients', async () => {
    const { logger, lines } = keepLog();
    const { transporter } = openTransport(edition, sandbox(), { logger });
    const { messageId } = await transporter.sendMail(mail());
    const sends = lines.filter(({ data, level }) => data.tnx === 'send' && level === 'info');
    expect(sends).not.toHaveLength(0);
    expect(sends[0]?.data).toMatchObject({ tnx: 'send', messageId });
    expect([sends[0]?.message, ...(sends[0]?.args ?? [])].join(' ')).toContain('ana@example.com');
  });

  it('names at most three recipients', async () => {
    const { logger, lines } = keepLog();
    const { transporter } = openTransport(edition, sandbox(), { logger });
    await transporter.sendMail(mail({ to: [1, 2, 3, 4, 5].map((i) => `r${i}@example.com`) }));
    const sent = lines.find(({ data, level }) => data.tnx === 'send' && level === 'info');
    const text = [sent?.message, ...(sent?.args ?? [])].join(' ');
    expect(text).toContain('r1@example.com, r2@example.com, ...and 3 more');
    expect(text).not.toContain('r3@example.com');
  });

  it('warns of more recipients than Exchange takes by default', async () => {
    const { logger, lines } = keepLog();
    const { transporter } = openTransport(edition, sandbox(), { logger });
    const to = Array.from({ length: 501 }, (_, i) => `r${i}@example.com`);
    await transporter.sendMail(mail({ to: to.slice(1) }));
    const warnings = () => lines.filter(({ level }) => level === 'warn').map(({ args }) => args.join(' '));
    expect(warnings()).toEqual([]);
    await transporter.sendMail(mail({ to }));
    expect(warnings()).toEqual([expect.stringMatching(/^The message has 501 recipients\..*all of it may bounce/)]);
  });

  it('gets the component, which can be named', async () => {
    const { logger, lines } = keepLog();
    const { transporter } = openTransport(edition, sandbox(), { logger, component: 'billing-mail' });
    await transporter.sendMail(mail());
    const own = lines.filter(({ data }) => data.tnx === 'send');
    expect(own.map(({ data }) => data.component)).toEqual(own.map(() => 'billing-mail'));
  });

  it('gets what the mailer itself logs', async () => {
    const { logger, lines } = keepLog();
    const { transporter } = openTransport(edition, sandbox(), { logger, debug: true });
    transporter.use('compile', (_mail, done) => done(new Error('no')));
    await expect(transporter.sendMail(mail())).rejects.toThrow('no');
    expect(lines.map(({ message }) => message)).toEqual(
      expect.arrayContaining(['Creating transport: %s', 'PluginCompile Error: %s']),
    );
  });

  it('gets failures as errors', async () => {
    const { logger, lines } = keepLog();
    const { transporter } = openTransport(edition, sandbox(), { logger, mailbox: 'nobody@contoso.example' });
    await failureOf(edition, transporter.sendMail(mail({ from: 'nobody@contoso.example' })));
    const errors = lines.filter(({ level }) => level === 'error');
    expect(errors).not.toHaveLength(0);
    expect(errors[0]?.data).toMatchObject({ err: expect.objectContaining({ code: 'EENVELOPE' }) });
  });

  it.each([false, true])('never gets a secret or a body, debug %s', async (debug) => {
    const { logger, lines } = keepLog();
    const { transporter } = openTransport(edition, sandbox(), { logger, debug });
    await transporter.sendMail(mail({ text: 'a body that nobody may log' }));
    sandbox().fault({ on: 'sendMail', status: 400 });
    await failureOf(edition, transporter.sendMail(mail({ text: 'a body that nobody may log' })));
    const printed = JSON.stringify(lines, (_key, value) =>
      value instanceof Error ? { ...value, m: value.message } : value,
    );
    expect(printed).not.toContain('a body that nobody may log');
    expect(printed).not.toContain(Buffer.from('a body that nobody').toString('base64').slice(2, 20));
    expect(printed).not.toMatch(/Bearer |PRIVATE KEY|eyJ[\w-]+\.eyJ/);
  });

  it('that throws, or lacks levels, touches no message', async () => {
    const throwing = () => {
      throw new Error('disk full');
    };
    const { transporter } = openTransport(edition, sandbox(), { logger: { info: throwing, error: throwing } });
    await expect(transporter.sendMail(mail())).resolves.toMatchObject({ accepted: ['ana@example.com'] });
  });

  it('true prints to the console, and false nothing', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    onTestFinished(() => log.mockRestore());
    await openTransport(edition, sandbox(), { logger: false }).transporter.sendMail(mail());
    expect(log).not.toHaveBeenCalled();
    await openTransport(edition, sandbox(), { logger: true }).transporter.sendMail(mail());
    expect(log.mock.calls.flat().join('\n')).toContain('ana@example.com');
  });
});
