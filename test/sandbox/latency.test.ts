import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/sandbox/faults/seeded-random.js';
import { type SandboxOptions, startSandbox } from '../../src/sandbox/index.js';
import { createDraft, mail, startClient, startClientWith } from './support.js';

const LATENCY = 40;

/** Milliseconds from head to answer of the last request. */
const lasted = (sandbox: { requests: () => { durationMs: number | undefined }[] }): number =>
  sandbox.requests().at(-1)?.durationMs ?? 0;

describe('latency', () => {
  it('holds back every answer of Graph that is no refusal', async () => {
    const client = await startClientWith({ latency: LATENCY, minUploadSize: 1 });
    const { sandbox } = client;
    const token = await client.accessToken();
    const { path } = await createDraft(client, mail(), { token });
    expect(lasted(sandbox)).toBeGreaterThanOrEqual(LATENCY - 2);
    const json = { '@odata.type': '#microsoft.graph.fileAttachment', name: 'a.txt', contentBytes: 'YQ==' };
    await client.graph('POST', `${path}/attachments`, { json, token });
    expect(lasted(sandbox)).toBeGreaterThanOrEqual(LATENCY - 2);
    await client.graph('GET', path, { token });
    expect(lasted(sandbox)).toBeGreaterThanOrEqual(LATENCY - 2);
    expect((await client.graph('POST', `${path}/send`, { token })).status).toBe(202);
    expect(lasted(sandbox)).toBeGreaterThanOrEqual(LATENCY - 2);
  });

  it('does not hold back a refusal or a token', async () => {
    const client = await startClient({ latency: 3_600_000 });
    const token = await client.accessToken();
    expect((await client.sendMail(mail({ To: '' }), { token })).status).toBe(400);
  });

  it('holds back the answer of a fault too, and its delay comes on top', async () => {
    const client = await startClient({ latency: LATENCY });
    const token = await client.accessToken();
    client.sandbox.fault({ on: 'sendMail', status: 504, delay: LATENCY });
    expect((await client.sendMail(mail(), { token })).status).toBe(504);
    expect(lasted(client.sandbox)).toBeGreaterThanOrEqual(2 * LATENCY - 2);
  });

  it('varies by its jitter, as the seed draws it', async () => {
    const client = await startClient({ latency: 10, latencyJitter: 200, seed: 3 });
    const token = await client.accessToken();
    const random = seededRandom(3);
    for (const _ of [1, 2, 3]) {
      await client.sendMail(mail(), { token });
      expect(lasted(client.sandbox)).toBeGreaterThanOrEqual(8 + random() * 200);
    }
  });

  it.each([
    [{ latencyJitter: -1 }, '"latencyJitter" is -1, expected milliseconds'],
    [{ clockSkew: 1.5 }, '"clockSkew" is a number with a fraction, expected an integer from -3155760000000'],
    [{ seed: -1 }, '"seed" is -1, expected an integer from 0 to 4294967295'],
    [{ magicRecipients: 'no' }, '"magicRecipients" is a string of 2 characters, expected true or false'],
  ])('and its relatives refuse %j', async (options, message) => {
    await expect(startSandbox(options as SandboxOptions)).rejects.toThrow(message);
  });
});
