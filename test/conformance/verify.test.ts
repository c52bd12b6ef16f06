import { describe, expect, it } from 'vitest';
import { editions, failureOf, openTransport, sandboxOfFile } from './support.js';

const sandbox = sandboxOfFile();

describe.each(editions)('verify, $name', (edition) => {
  it('resolves true, and sends nothing', async () => {
    const { transporter } = openTransport(edition, sandbox());
    expect(await transporter.verify()).toBe(true);
    expect(sandbox().stats().submissions).toBe(0);
  });

  it('calls a callback once with true', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const calls: unknown[][] = [];
    await new Promise<void>((resolve) => {
      transporter.verify((...args) => {
        calls.push(args);
        resolve();
      });
    });
    await transporter.verify();
    expect(calls).toEqual([[null, true]]);
  });

  it('rejects with a code when signing in fails', async () => {
    const { transporter } = openTransport(edition, sandbox(), { clientId: '11111111-2222-4333-8444-555555555555' });
    const error = await failureOf(edition, transporter.verify());
    expect(error).toMatchObject({ code: 'EAUTH', command: 'TOKEN', aadsts: 700016, permanent: true });
    expect(error.hint).toMatch(/client id/);
  });

  it('calls a callback once with the error', async () => {
    const { transporter } = openTransport(edition, sandbox(), { clientId: '11111111-2222-4333-8444-555555555555' });
    const calls: unknown[] = [];
    await new Promise<void>((resolve) => {
      transporter.verify((error) => {
        calls.push(error);
        resolve();
      });
    });
    await failureOf(edition, transporter.verify());
    expect(calls).toEqual([expect.objectContaining({ code: 'EAUTH' })]);
  });

  it('shares its token with the messages that follow', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const before = sandbox().stats().tokenRequests;
    await Promise.all([transporter.verify(), transporter.verify()]);
    await transporter.verify();
    expect(sandbox().stats().tokenRequests - before).toBe(1);
  });

  it('fails after close', async () => {
    const { transporter } = openTransport(edition, sandbox());
    transporter.close();
    expect(await failureOf(edition, transporter.verify())).toMatchObject({ code: 'ECONNECTION' });
  });
});
