import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGraphTransporter, type graphTransport } from '../../src/index.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';

const mail = { from: 'noreply@contoso.example', to: 'ana@example.com', subject: 'Hi', text: 'Hello' };
let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

const submitted = async (count: number) => {
  while (sandbox.stats().submissions < count) await new Promise((r) => setTimeout(r, 5));
};

/** Starts many sends, and waits until the first are at the server. */
async function busy(count: number) {
  sandbox.fault({ on: 'sendMail', times: Number.POSITIVE_INFINITY, delivered: true, silence: true });
  const transporter = createGraphTransporter(sandbox.options);
  const results = Array.from({ length: count }, () =>
    transporter.sendMail(mail).then(
      (i) => i,
      (e) => e,
    ),
  );
  await submitted(4);
  return { transporter, results };
}

describe('close()', () => {
  it('fails what waits, not sent, and lets what is in flight end', async () => {
    const slow = await startSandbox({ latency: 1_500 });
    const transporter = createGraphTransporter(slow.options);
    await transporter.verify();
    const results = Array.from({ length: 12 }, () =>
      transporter.sendMail(mail).then(
        (i) => i,
        (e) => e,
      ),
    );
    while (slow.stats().submissions < 4 && !Object.values(slow.stats().maxInFlight).includes(4)) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    transporter.close();
    const settled = await Promise.all(results);
    const failed = settled.filter(({ code }) => code !== undefined);
    expect(settled.length - failed.length).toBe(slow.stats().submissions);
    expect(failed.length).toBeGreaterThanOrEqual(8);
    for (const error of failed) expect(error).toMatchObject({ code: 'ECONNECTION', outcome: 'not-sent' });
    await slow.close();
  });

  it('with force aborts what is in flight, whose outcome is unknown', async () => {
    const { transporter, results } = await busy(10);
    const { transporter: transport } = transporter as unknown as { transporter: ReturnType<typeof graphTransport> };
    expect(transport.pendingCount()).toBe(10);
    transport.close({ force: true });
    const errors = await Promise.all(results);
    expect(errors.filter(({ code }) => code === 'EABORT').map(({ outcome }) => outcome)).toEqual([
      'unknown',
      'unknown',
      'unknown',
      'unknown',
    ]);
    expect(errors.filter(({ code }) => code === 'ECONNECTION').map(({ outcome }) => outcome)).toEqual(
      Array(6).fill('not-sent'),
    );
    expect(transport.pendingCount()).toBe(0);
  });

  it('is followed by failures at once, and may be called again', async () => {
    const transporter = createGraphTransporter(sandbox.options);
    transporter.close();
    transporter.close();
    await expect(transporter.sendMail(mail)).rejects.toMatchObject({ code: 'ECONNECTION', outcome: 'not-sent' });
    await expect(transporter.verify()).rejects.toMatchObject({ code: 'ECONNECTION' });
    expect(transporter.isIdle()).toBe(false);
  });

  it('ends an agent of its own, and not one of the user', async () => {
    const { Agent } = await import('node:https');
    const agent = new Agent({ keepAlive: true, ca: sandbox.ca });
    const { cloud, ...rest } = sandbox.options;
    const { ca: _, ...hosts } = cloud;
    const transporter = createGraphTransporter({ ...rest, cloud: hosts, agent });
    await transporter.sendMail(mail);
    transporter.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(Object.values(agent.freeSockets).flat().length).toBe(1);
    agent.destroy();
  });
});
