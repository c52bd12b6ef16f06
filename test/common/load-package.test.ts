import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTransport } from 'nodemailer';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { sendBulk } from '../../src/bulk/index.js';
import { type GraphTransportOptions, graphTransport } from '../../src/index.js';
import { makePfx } from '../helpers/certificates.js';
import { failureOf } from '../helpers/failure.js';
import { appCertificate, baseOptions, smallMail } from '../helpers/fixtures.js';

// Nobody gets as far as asking these.
const cloud = { authorityHost: 'https://127.0.0.1:1', graphHost: 'https://127.0.0.1:1' };
const byPem: GraphTransportOptions = { ...baseOptions, cloud, proxy: false };
const byPfx: GraphTransportOptions = { ...byPem, certificate: makePfx(appCertificate, undefined) };

const missing = () => {
  throw new Error("Cannot find package, imported from 'app.js'\nRequire stack: somewhere");
};
// What a bundler may put in the place of a package that it was told to leave out.
const empty = () => ({ default: undefined, ConfidentialClientApplication: undefined });

const cases = [
  ['@azure/msal-node', 'is missing', missing, byPem],
  ['@azure/msal-node', 'is empty', empty, byPem],
  ['node-forge', 'is missing', missing, byPfx],
  ['node-forge', 'is empty', empty, byPfx],
] as const;

afterEach(() => {
  vi.doUnmock('@azure/msal-node');
  vi.doUnmock('node-forge');
});

describe.each(cases)('%s that %s', (name, _, factory, options) => {
  test('fails a message as not sent, and says what to install', async () => {
    vi.doMock(name, factory);
    const transport = graphTransport(options);
    const works = [() => createTransport(transport as never).sendMail(smallMail), () => transport.verify()];
    for (const work of works) {
      const error = await failureOf(work());
      expect(error).toMatchObject({ code: 'ECONFIG', outcome: 'not-sent', permanent: true });
      expect(error.message).toContain(`'${name}' cannot be loaded`);
      expect(error.message).not.toContain('\n');
      expect(error.hint).toContain(`npm install ${name}`);
    }
    transport.close();
  });

  test('ends a bulk run, and leaves the rows for when it is there', async () => {
    vi.doMock(name, factory);
    const folder = mkdtempSync(path.join(tmpdir(), 'load-'));
    const transporter = createTransport(graphTransport(options) as never);
    const run = sendBulk({
      transporter,
      recipients: { csv: 'email\nana@example.com\nbob@example.com\n' },
      template: { subject: 'Hi', text: 'Hello' },
      from: baseOptions.mailbox,
      journal: path.join(folder, 'run'),
    });
    expect(await run.finished).toMatchObject({
      ended: 'refused',
      sent: 0,
      rejected: 0,
      unknown: 0,
      left: 2,
      error: { code: 'ECONFIG' },
    });
    transporter.close();
    rmSync(folder, { recursive: true });
  });
});
