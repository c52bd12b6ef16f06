import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createCertificate, startSandbox } from '../../src/sandbox/index.js';
import { Client, mail, startClient } from './support.js';

const portOf = (url: string): number => Number(new URL(url).port);

function connects(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

describe('startSandbox', () => {
  it('gives the options that a client needs, with a key and certificate of its own', async () => {
    const sandbox = await startSandbox();
    onTestFinished(() => sandbox.close());
    const { options, url, ca } = sandbox;
    expect(options).toEqual({
      tenantId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      clientId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      certificate: expect.stringMatching(/-----BEGIN CERTIFICATE-----[\s\S]+-----BEGIN PRIVATE KEY-----/),
      mailbox: 'noreply@contoso.example',
      cloud: { authorityHost: url, graphHost: url, ca },
    });
    const client = new Client(sandbox);
    expect((await client.sendMail(mail())).status).toBe(202);
    client.agent.destroy();
  });

  it('listens on 127.0.0.1 and on no other address of this machine', async () => {
    const { sandbox } = await startClient();
    for (const url of [sandbox.url, sandbox.inboxUrl]) {
      expect(await connects(portOf(url), '127.0.0.1')).toBe(true);
      expect(await connects(portOf(url), '127.0.0.2')).toBe(false);
    }
  });

  it.each([
    ['port', 'Entra and Graph'],
    ['inboxPort', 'the inbox page'],
  ] as const)('rejects when the %s is taken, names it and leaves nothing open', async (option, use) => {
    const { sandbox } = await startClient();
    const taken = portOf(sandbox.inboxUrl);
    await expect(startSandbox({ [option]: taken })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: `Port ${taken} on 127.0.0.1 is in use (by another sandbox?): choose another one for ${use}.`,
    });
  });

  it('rejects a PEM without a certificate', async () => {
    await expect(startSandbox({ certificate: 'x' })).rejects.toThrow('-----BEGIN CERTIFICATE-----');
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
    await expect(startSandbox({ certificate: broken })).rejects.toThrow('cannot be read');
  });

  it('takes given ids, ports and several certificates', async () => {
    const [one, two] = await Promise.all([createCertificate(), createCertificate()]);
    const free = await startSandbox({ certificate: one.certificate });
    const port = portOf(free.url);
    await free.close();
    const client = await startClient({
      port,
      tenantId: 't.example',
      clientId: 'c',
      certificate: [one.certificate, two.certificate],
    });
    expect(portOf(client.sandbox.url)).toBe(port);
    for (const made of [one, two]) {
      expect((await client.token({ client_assertion: client.assertion(made) })).status).toBe(200);
    }
  });
});

describe('close', () => {
  it('frees both ports, cuts open connections and may be called twice', async () => {
    const sandbox = await startSandbox();
    const client = new Client(sandbox);
    await client.sendMail(mail());
    const idle = net.connect(portOf(sandbox.url), '127.0.0.1');
    const events = await fetch(`${sandbox.inboxUrl}api/events`);
    const cut = new Promise((resolve) => idle.on('close', resolve));
    idle.on('error', () => {});
    await Promise.all([sandbox.close(), sandbox.close()]);
    await sandbox[Symbol.asyncDispose]();
    await cut;
    await expect(events.text()).rejects.toThrow();
    expect(await connects(portOf(sandbox.url), '127.0.0.1')).toBe(false);
    expect(await connects(portOf(sandbox.inboxUrl), '127.0.0.1')).toBe(false);
    client.agent.destroy();
  });

  it('leaves nothing that keeps the process alive, and CommonJS can load the sandbox', async () => {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const folder = await mkdtemp(path.join(tmpdir(), 'sandbox-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const outfile = path.join(folder, 'sandbox.cjs');
    const entryPoints = [path.join(root, 'src/sandbox/index.ts')];
    await build({ entryPoints, bundle: true, platform: 'node', format: 'cjs', outfile, logLevel: 'error' });
    // Closed with a client connected, an event stream open and a timer of an hour running.
    const script = `
      const https = require('node:https');
      const { startSandbox } = require(${JSON.stringify(outfile)});
      (async () => {
        const apps = [{ clientId: 'app', certificates: [], secrets: ['secret'] }];
        const sandbox = await startSandbox({ sentItemsDelay: 3600000, clientId: 'app', apps });
        const agent = new https.Agent({ keepAlive: true, ca: sandbox.ca });
        const post = (path, headers, body) => new Promise((resolve, reject) => {
          const request = https.request(sandbox.url + path, { method: 'POST', agent, headers }, async (response) => {
            resolve(Buffer.concat(await response.toArray()).toString());
          });
          request.on('error', reject).end(body);
        });
        const form = { client_id: 'app', client_secret: 'secret', grant_type: 'client_credentials', scope: sandbox.url + '/.default' };
        const token = JSON.parse(await post('/' + sandbox.options.tenantId + '/oauth2/v2.0/token', { 'content-type': 'application/x-www-form-urlencoded' }, String(new URLSearchParams(form))));
        const headers = { authorization: 'Bearer ' + token.access_token, 'content-type': 'text/plain' };
        await post('/v1.0/users/noreply@contoso.example/sendMail', headers, btoa('To: a@example.com'));
        const stream = await fetch(sandbox.inboxUrl + 'api/events');
        stream.text().catch(() => {});
        const drafts = sandbox.mailbox('noreply@contoso.example').drafts.length;
        await sandbox.close();
        console.log('closed with', drafts);
      })();`;
    // A process that is kept alive is killed by the timeout, and the promise rejects.
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { timeout: 15_000 });
    expect(stdout).toBe('closed with 1\n');
  });
});
