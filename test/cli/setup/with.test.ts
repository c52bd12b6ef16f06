import { EventEmitter } from 'node:events';
import { chmodSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { createTransport } from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FEATURE_WORDS, FEATURES, type Feature } from '../../../src/cli/common/features.js';
import { processTerminal, type Terminal } from '../../../src/cli/common/terminal.js';
import { runProgram } from '../../../src/cli/program.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.js';
import { graphTransport } from '../../../src/transport/graph-transport.js';
import { makeCertificate } from '../../helpers/certificates.js';
import { SetupFixture, usualFlags } from './support.js';

let fixture: SetupFixture;
beforeEach(() => {
  fixture = new SetupFixture();
});
afterEach(() => fixture.remove());

// A key takes a while to make, and these are not about it.
const own = makeCertificate().pem;

/** Every set of the words, the empty one too; message trace, which makes a key, with all of them. */
const combinations: Feature[][] = FEATURES.filter((one) => one !== 'trace').reduce<Feature[][]>(
  (sets, feature) => sets.concat(sets.map((set) => [...set, feature])),
  [[]],
);

/** The one right beside sending, by the README: Mail.ReadWrite covers Mail.Read, and that Mail.ReadBasic. */
const rightOf = (features: readonly Feature[]) => {
  if (features.includes('drafts')) return { role: 'Application Mail.ReadWrite', permission: 'Mail.ReadWrite' };
  if (features.includes('bounces')) return { role: 'Application Mail.Read', permission: 'Mail.Read' };
  if (features.includes('verify')) return { role: 'Application Mail.ReadBasic', permission: 'Mail.ReadBasic.All' };
  return undefined;
};

const asFlags = (features: readonly Feature[]) => (features.length > 0 ? ['--with', features.join(',')] : []);
const cases = [...combinations, [...FEATURES]].flatMap((features) =>
  (['rbac', 'policy'] as const).map((mode) => [features.join(',') || 'nothing', mode, features] as const),
);

const ownKey = () => {
  const file = fixture.write('own.pem', own);
  chmodSync(file, 0o600);
  return ['--certificate', file];
};

describe('setup --with', () => {
  it.each(cases)('%s asks for the least right, by %s', async (_, mode, features) => {
    const policy = mode === 'policy';
    const flags = [...usualFlags, ...ownKey(), ...asFlags(features), ...(policy ? ['--legacy-policy'] : [])];
    expect(await fixture.setup(flags)).toMatchObject({ code: 0, err: '' });
    const right = rightOf(features);
    const asked = policy ? ['Mail.Send', right?.permission] : ['Application Mail.Send', right?.role];
    const wanted = asked.filter((one) => one !== undefined);
    const others = ['Mail.ReadBasic', 'Mail.Read', 'Mail.ReadWrite'].filter(
      (one) => !wanted.some((name) => name.replace(/^Application |\.All$/g, '') === one),
    );
    const pages = policy
      ? ['entra-admin/grant-mail-send.sh', 'entra-admin/grant-mail-send.ps1', 'entra-admin/README.md', 'sign-off.md']
      : [
          'exchange-admin/restrict-mailboxes.ps1',
          'exchange-admin/by-hand.md',
          'exchange-admin/README.md',
          'sign-off.md',
        ];
    for (const page of pages) {
      // What each word is for names its permission; what is asked for is another thing.
      const text = FEATURES.reduce((all, one) => all.replaceAll(FEATURE_WORDS[one], ''), fixture.read(page));
      for (const name of wanted) expect(text, page).toContain(name);
      for (const name of others) expect(text, page).not.toMatch(new RegExp(`${name.replace('.', '\\.')}(?![\\w.])`));
    }
    // Where Exchange grants, Entra does not.
    if (!policy) expect(fixture.read('entra-admin/README.md')).toContain('**Add nothing**');
    const env = parseEnv(fixture.read('developer/.env'));
    expect(env.GRAPH_MAIL_FEATURES ?? '').toBe(features.filter((one) => one !== 'trace').join(','));
    expect('GRAPH_MAIL_TRACE_CLIENT_ID' in env).toBe(features.includes('trace'));
    for (const feature of FEATURES.filter((one) => one !== 'trace')) {
      expect(fixture.read('sign-off.md').includes(FEATURE_WORDS[feature])).toBe(features.includes(feature));
    }
  });

  it('may be repeated, and takes each word once, in one order', async () => {
    await fixture.setup([...usualFlags, ...ownKey(), '--with', 'verify', '--with', 'bounces,verify']);
    expect(parseEnv(fixture.read('developer/.env')).GRAPH_MAIL_FEATURES).toBe('bounces,verify');
  });

  it.each(['everything', 'verify;bounces', '', ','])('refuses %j and names the words', async (words) => {
    const { code, err } = await fixture.setup([...usualFlags, '--with', words]);
    expect(code).toBe(2);
    for (const feature of FEATURES) expect(err).toContain(feature);
  });
});

describe('setup --sandbox --with', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox();
  });
  afterEach(() => sandbox.close());

  async function run(args: string[]) {
    let out = '';
    const write = (text: string | Uint8Array) => (out += text);
    const terminal: Terminal = {
      ...processTerminal,
      stdout: { write },
      stderr: { write },
      env: { NODE_EXTRA_CA_CERTS: path.join(fixture.out, 'developer/sandbox-ca.pem') },
      signals: new EventEmitter(),
      connect: (options) => createTransport(graphTransport(options)),
    };
    const code = await runProgram([...args, '--env-file', path.join(fixture.out, 'developer/.env')], terminal);
    return { code, out };
  }
  const mail = ['send', '--to', 'ana@example.com', '--subject', 'Hi', '--text', 'Hi'];

  it.each(
    cases.filter(([words]) => ['nothing', 'verify', 'bounces', 'drafts', 'bounces,verify,drafts'].includes(words)),
  )('%s, by %s, ends in a doctor without warnings, which says where the mail is', async (_, mode, features) => {
    const policy = mode === 'policy' ? ['--legacy-policy'] : [];
    await fixture.setup([...ownKey(), '--sandbox', sandbox.inboxUrl, ...asFlags(features), ...policy]);
    // Until the handout names the authority itself, it stands in the environment of the program.
    const { code, out } = await run([
      'doctor',
      '--mode',
      mode,
      '--probe',
      '--denied-mailbox',
      'director@contoso.example',
    ]);
    expect(code, out).toBe(0);
    expect(out).toContain(sandbox.inboxUrl);
    expect(out).not.toMatch(/For an administrator|hours ago|Exchange administrator|Get-LimitsEnforcementStatus/);
    expect(out.includes('Read check of')).toBe(features.length > 0);
  });

  it('verify: an unknown outcome is looked up', async () => {
    await fixture.setup([...ownKey(), '--sandbox', sandbox.inboxUrl, '--with', 'verify']);
    sandbox.fault({ on: 'sendMail', status: 504, delivered: true });
    const { code, out } = await run([...mail, '--on-unknown', 'verify']);
    expect(code, out).toBe(0);
  });

  it('drafts: a mail goes by draft, which is refused without', async () => {
    await fixture.setup([...ownKey(), '--sandbox', sandbox.inboxUrl, '--with', 'drafts']);
    const { code, out } = await run([...mail, '--delivery', 'draft']);
    expect(code, out).toBe(0);
    expect(out).toContain(`Sent to the sandbox. See it on ${sandbox.inboxUrl}`);
    expect(out).not.toContain('Exchange');
    fixture.remove();
    fixture = new SetupFixture();
    await fixture.setup([...ownKey(), '--sandbox', sandbox.inboxUrl, '--with', 'bounces,verify']);
    expect((await run([...mail, '--delivery', 'draft'])).code).toBe(77);
  });

  it('doctor names what is missing where the tenant has not granted it', async () => {
    await fixture.setup([...ownKey(), '--sandbox', sandbox.inboxUrl]);
    const rbac = await run(['doctor', '--probe', '--with', 'verify']);
    expect(rbac).toMatchObject({ code: 77, out: expect.stringContaining('"Application Mail.ReadBasic" is likely') });
    fixture.remove();
    fixture = new SetupFixture();
    await fixture.setup([...ownKey(), '--sandbox', sandbox.inboxUrl, '--legacy-policy']);
    const policy = await run(['doctor', '--mode', 'policy', '--with', 'bounces']);
    expect(policy).toMatchObject({
      code: 77,
      out: expect.stringContaining('Mail.Read is missing, which bounces takes'),
    });
  });
});
