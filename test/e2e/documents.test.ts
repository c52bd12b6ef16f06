import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CONFIGURATION_NAMES } from '../../src/cli/common/configuration-variables.js';
import { EXIT } from '../../src/cli/common/exit-codes.js';
import { sandboxBanner } from '../../src/cli/sandbox/sandbox-command.js';
import { OPTIONS } from '../../src/sandbox/check-options.js';
import { MAGIC_RECIPIENTS, type Sandbox, SCENARIOS, startSandbox } from '../../src/sandbox/index.js';
import { startSmtp } from '../bulk/run/smtp-server.js';
import { helpOf } from '../documents/tables.js';
import { root, runNode } from '../helpers/run-node.js';
import { sandboxEnvironment } from '../helpers/sandbox-environment.js';

let sandbox: Sandbox;
let environment: ReturnType<typeof sandboxEnvironment>;
beforeAll(async () => {
  const clientId = '11111111-2222-4333-8444-555555555555';
  const roles = ['Mail.Send', 'Mail.ReadWrite'];
  sandbox = await startSandbox({ clientId, apps: [{ clientId, certificates: [], roles }] });
  environment = sandboxEnvironment(sandbox);
});
beforeEach(() => sandbox.clear());
afterAll(async () => {
  environment.remove();
  await sandbox.close();
});

describe('examples/', () => {
  it('smallest.mjs sends one message, with nothing but the environment', async () => {
    const { code, stdout, stderr } = await runNode(['examples/smallest.mjs', 'bob@example.com'], environment.env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [message] = await sandbox.messages();
    expect(message?.to).toEqual([{ name: '', address: 'bob@example.com' }]);
    expect(stdout).toContain(message?.messageId);
  });

  it('invitation.mjs sends its attachments and an invitation that Exchange would take for one', async () => {
    const { code, stderr } = await runNode(['examples/invitation.mjs'], environment.env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [message] = await sandbox.messages();
    expect(message?.raw.toString()).toMatch(/^Content-Type: text\/calendar; charset=utf-8; method=REQUEST/im);
    const script = message?.attachments.find(({ filename }) => filename === 'smallest.mjs');
    expect(script?.content.toString()).toBe(readFileSync(path.join(root, 'examples/smallest.mjs'), 'utf8'));
    expect(message?.attachments.some(({ filename }) => filename === 'agenda.csv')).toBe(true);
  });

  it('smtp-to-graph.diff applies to an SMTP program and makes it one that sends through Graph', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'switch-'));
    const diff = readFileSync(path.join(root, 'examples/smtp-to-graph.diff'), 'utf8');
    const before = diff
      .split('\n')
      .slice(3)
      .filter((line) => /^[- ]/.test(line))
      .map((line) => line.slice(1));
    writeFileSync(path.join(folder, 'mailer.js'), `${before.join('\n')}\n`);
    execFileSync('git', ['apply', '-p0', '--unsafe-paths', '-'], {
      cwd: folder,
      input: diff.replaceAll(/^(---|\+\+\+) mailer\.js.*$/gm, '$1 mailer.js'),
    });
    const after = readFileSync(path.join(folder, 'mailer.js'), 'utf8');
    rmSync(folder, { recursive: true });
    const caller = `import { welcome } from './program.mjs';\nawait welcome('ana@example.com');\n`;
    const { code, stderr } = await runOnSandbox(`${after}`, caller);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect((await sandbox.messages()).map(({ subject }) => subject)).toEqual(['Welcome']);
  });
});

describe('examples/canary.mjs', () => {
  it('sends a share of the mails through Graph, the others by SMTP, and none both ways', async () => {
    const smtp = await startSmtp({});
    const recipients = Array.from({ length: 12 }, (_, index) => `person-${index}@example.com`);
    const run = (share: number) =>
      runNode(['examples/canary.mjs', ...recipients], {
        ...environment.env,
        SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
        GRAPH_SHARE: String(share),
      });
    const graphOf = (out: string) => out.split('\n').filter((line) => line.startsWith('Graph'));
    const half = await run(50);
    expect({ code: half.code, stderr: half.stderr }).toEqual({ code: 0, stderr: '' });
    const through = graphOf(half.stdout).length;
    expect(through).toBeGreaterThan(0);
    expect(through).toBeLessThan(12);
    expect([sandbox.stats().submissions, smtp.received]).toEqual([through, 12 - through]);
    // Who went through Graph at a smaller share still does at a larger one.
    expect(graphOf((await run(100)).stdout)).toHaveLength(12);
    expect(graphOf((await run(0)).stdout)).toHaveLength(0);
    expect([sandbox.stats().submissions, smtp.received]).toEqual([through + 12, 12 - through + 12]);
    await smtp.close();
  });

  it('does not send a mail by SMTP that Graph refused', async () => {
    const smtp = await startSmtp({});
    const env = { ...environment.env, SMTP_URL: `smtp://127.0.0.1:${smtp.port}`, GRAPH_SHARE: '100' };
    const { code, stderr } = await runNode(['examples/canary.mjs', 'denied@fault.test'], env);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Graph denied@fault\.test: Graph refused the message/);
    expect(smtp.received).toBe(0);
    await smtp.close();
  });
});

describe('examples/bulk.mjs', () => {
  it('sends the newsletter once, however often it is started', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'bulk-example-'));
    for (let start = 0; start < 2; start++) {
      const { code, stdout, stderr } = await runNode(['examples/bulk.mjs', path.join(folder, 'run')], environment.env);
      expect({ code, stdout, stderr }).toEqual({
        code: 0,
        stdout: '200 rows = 200 sent + 0 rejected + 0 skipped + 0 unknown + 0 left\n',
        stderr: '',
      });
    }
    expect(sandbox.stats().submissions).toBe(200);
    rmSync(folder, { recursive: true });
  });
});

describe('docs/bulk.md', () => {
  const text = readFileSync(path.join(root, 'docs/bulk.md'), 'utf8');

  it('lists every exit code', () => {
    for (const code of Object.values(EXIT)) expect(text).toContain(`\n| ${code} | `);
  });

  it('names every command and only options that there are', async () => {
    const helps = ['run', 'preview', 'resume', 'retry', 'status', 'bounces', 'trace', 'report'].map((name) =>
      runNode(['dist/esm/cli/main.js', 'bulk', name, '--help']),
    );
    helps.push(runNode(['dist/esm/cli/main.js', 'setup', '--help']));
    const help = (await Promise.all(helps)).map(({ stdout }) => stdout).join('\n');
    const options = new Set([...text.matchAll(/--[a-z][a-z-]+/g)].map(([option]) => option));
    expect(options.size).toBeGreaterThan(15);
    for (const option of options) expect(help).toContain(option);
    for (const name of ['run', 'preview', 'resume', 'retry', 'bounces', 'trace', 'report'])
      expect(text).toContain(`bulk ${name}`);
  });
});

describe('docs/sandbox.md', () => {
  const text = readFileSync(path.join(root, 'docs/sandbox.md'), 'utf8');

  it('its snippet on tests prints code and link', async () => {
    const [snippet = ''] = [...text.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
    const { code, stdout, stderr } = await runOnSandbox(snippet);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe("[ '482913' ] [ 'https://shop.example/login' ]\n");
  });

  it('its tenant is one that the sandbox takes, and does what it is there for', async () => {
    const tenant = JSON.parse(/```json\n([\s\S]*?)```/.exec(text)?.[1] ?? '');
    const own = await startSandbox(tenant);
    const [{ clientId }] = tenant.apps;
    expect(own.tenant.access(clientId, 'shop@contoso.example').result).toBe('Granted');
    expect(own.tenant.access(clientId, 'boss@contoso.example').result).toBe('Denied');
    await own.close();
  });

  it('lists every recipient that causes a fault, every scenario and every option', () => {
    for (const { address, does } of MAGIC_RECIPIENTS) expect(text).toContain(`| \`${address}\` | ${does} |`);
    for (const { name, description } of SCENARIOS) expect(text).toContain(`| \`${name}\` | ${description} |`);
    for (const name of Object.keys(OPTIONS)) expect(text).toMatch(new RegExp(`\\b${name}\\b`));
  });
});

describe('README.md', () => {
  const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
  const snippets = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');

  it('its first snippet sends', async () => {
    const { code, stdout, stderr } = await runOnSandbox(snippets[0] ?? '');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [message] = await sandbox.messages();
    expect(message?.subject).toBe('Hi');
    expect(stdout.trim()).toBe(message?.messageId);
  });

  it('its snippet on the preflight prints a summary', async () => {
    const { code, stdout, stderr } = await runOnSandbox(snippets[1] ?? '');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/\b0 (mails|messages)\b/i);
  });

  it('its snippet on drafts tells of the draft and sends it', async () => {
    const { code, stdout, stderr } = await runOnSandbox(snippets[2] ?? '');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^about to send <.+>\n202 Accepted /);
    expect(sandbox.requests().some(({ path: url }) => url.endsWith('/send'))).toBe(true);
  });

  it('its snippet on errors prints what its comments say', async () => {
    const { code, stdout } = await runOnSandbox(snippets[3] ?? '');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^EENVELOPE\nnot-sent\n.+/);
  });

  it('its snippet on bulk sends prints the sum that its comment says', async () => {
    const { code, stdout, stderr } = await runOnSandbox(snippets[4] ?? '');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(snippets[4]).toContain(`// ${stdout.trim()}`);
    expect((await sandbox.messages()).map(({ subject }) => subject)).toEqual(['Hello Ana']);
  });

  it('its snippet on the sandbox shows what arrived, and ends by itself', async () => {
    const { code, stdout, stderr } = await runOnSandbox(snippets[5] ?? '');
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'Hi 2\n', stderr: '' });
  });

  it('has no snippet that is not run here', () => {
    expect(snippets).toHaveLength(6);
  });

  it('lists every option that graphTransport() knows', async () => {
    const source = readFileSync(path.join(root, 'src/options/types.ts'), 'utf8');
    const body = source.slice(
      source.indexOf('interface GraphTransportOptions'),
      source.indexOf('interface GraphMessageOptions'),
    );
    const options = [...body.matchAll(/^ {2}(\w+)\?: /gm)].map((match) => match[1]);
    expect(options.length).toBeGreaterThan(10);
    for (const option of options) expect(readme).toContain(`\`${option}\``);
  });
});

describe('docs/guide.md', () => {
  const guide = readFileSync(path.join(root, 'docs/guide.md'), 'utf8');

  it('has the three commands as the program prints them', async () => {
    const printed = sandboxBanner({
      ...{ inboxUrl: 'http://127.0.0.1:8025/', url: 'https://localhost:8443', names: [], tenantId: '', clientId: '' },
      ...{ secret: '', mailboxes: [''], anyMailbox: false, certificateFile: '', caFile: '', folder: '' },
    });
    const setup = /^npx nodemailer-graph-transport setup .*$/m.exec(printed)?.[0] ?? '?';
    const send = 'npx nodemailer-graph-transport send --env-file graph-mailer/developer/.env --to ana@example.com';
    expect(guide).toContain(`\n${setup}\n${send} --subject Hello --text Hello\n`);
    expect((await helpOf('setup')).replaceAll(/\s+/g, ' ')).toContain(
      'where the packets are written (default: "graph-mailer")',
    );
  });

  it('has the settings of a product beside those of the transport', () => {
    for (const row of [
      '| Directory (tenant) ID | Tenant Id | `tenantId` | `AZURE_TENANT_ID` |',
      '| Application (client) ID | Client Id | `clientId` | `AZURE_CLIENT_ID` |',
    ])
      expect(guide).toContain(row);
  });
});

describe('every page', () => {
  const pages = [
    'README.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    ...readdirSync(path.join(root, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ];
  const textOf = (page: string) => readFileSync(path.join(root, page), 'utf8');
  const commands = ['send', 'doctor', 'setup', 'sandbox', 'demo', 'bulk'];
  const ofBulk = ['run', 'preview', 'resume', 'retry', 'status', 'bounces', 'trace', 'report'];

  it.each(pages)('%s links to files and headings that there are', (page) => {
    for (const [, target = ''] of withoutCode(textOf(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [file = '', heading] = target.split('#');
      const linked = file === '' ? page : path.join(path.dirname(page), file);
      expect(existsSync(path.join(root, linked)), `${page}: ${target}`).toBe(true);
      if (heading !== undefined) expect(anchorsOf(textOf(linked)), `${page}: ${target}`).toContain(heading);
    }
  });

  it.each(pages)('%s names scripts and tests that there are', (page) => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    for (const [, name = ''] of textOf(page).matchAll(/npm run ([a-z:]+(?:-[a-z]+)*)/g))
      expect(scripts).toHaveProperty([name]);
    for (const [, file = ''] of textOf(page).matchAll(/`((?:test|examples)\/[\w./-]+)`/g)) {
      expect(existsSync(path.join(root, file)), `${page}: ${file}`).toBe(true);
    }
  });

  it.each(['README.md', 'docs/guide.md', 'docs/troubleshooting.md', 'docs/doctor.md', 'docs/bulk.md'])(
    '%s names commands and options that there are',
    async (page) => {
      const text = textOf(page);
      const helps = new Map<string, string>();
      for (const name of commands) helps.set(name, await helpOf(name));
      for (const name of ofBulk) helps.set(`bulk ${name}`, await helpOf('bulk', name));
      const unwrapped = text.replaceAll('\\\n', ' ');
      const lines = [
        ...unwrapped.matchAll(
          /\b(?:npx nodemailer-graph-transport|(?<=`)(?=(?:bulk|doctor|setup|send) ))[^`"\n]*(?:"[^`"\n]*"(?=\s|`|$)[^`"\n]*)*/gm,
        ),
      ];
      for (const [line] of lines) {
        const words = line.replace(/^npx nodemailer-graph-transport ?/, '').split(/\s+/);
        const [first = '', second = ''] = words;
        if (!/^[a-z]/.test(first)) continue;
        const name = first === 'bulk' && /^[a-z]/.test(second) ? `bulk ${second}` : first;
        expect(helps.get(name), `${page}: ${line}`).toBeDefined();
        for (const option of words.filter((word) => /^--[a-z]/.test(word))) {
          expect(helps.get(name), `${page}: ${line}`).toContain(option);
        }
      }
      const all = [...helps.values()].join('\n');
      for (const [option] of text.matchAll(/(?<![\w-])--[a-z][a-z-]+/g)) {
        expect(all, `${page}: ${option}`).toContain(option);
      }
    },
  );

  it.each(pages)('%s names variables of the environment that there are', (page) => {
    for (const [name] of textOf(page).matchAll(/\b(?:AZURE|GRAPH_MAIL)_[A-Z_]+\b/g)) {
      expect(CONFIGURATION_NAMES, `${page}: ${name}`).toContain(name);
    }
  });
});

function withoutCode(text: string): string {
  return text.replaceAll(/```[\s\S]*?```/g, '');
}

/** As GitHub makes them. */
function anchorsOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('docs/sign-in.md', () => {
  const page = readFileSync(path.join(root, 'docs/sign-in.md'), 'utf8');

  it('signs in with the recipe for a key that stays in its vault', async () => {
    const recipe = [...page.matchAll(/```js\n([\s\S]*?)```/g)]
      .map((match) => match[1] ?? '')
      .find((one) => one.includes('PS256'));
    const program = `import { graphTransport } from 'nodemailer-graph-transport';
const { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, GRAPH_MAIL_MAILBOX: mailbox } = process.env;
${recipe?.replace('clientAssertion, mailbox }', `clientAssertion, mailbox, cloud: ${JSON.stringify({ authorityHost: sandbox.url, graphHost: sandbox.url })} }`)}
console.log(await transport.verify());`;
    const { code, stdout, stderr } = await runOnSandbox(program, undefined, vault(sandbox.options.certificate));
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
  });
});

/** Azure's packages as the recipe uses them, over a certificate of this machine. */
function vault(pem: string): Record<string, string> {
  const certificate = JSON.stringify(pem);
  return {
    '@azure/identity': 'export class DefaultAzureCredential {}',
    '@azure/keyvault-certificates': `import { X509Certificate } from 'node:crypto';
const [pem] = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(${certificate});
export class CertificateClient {
  async getCertificate() { return { cer: new Uint8Array(new X509Certificate(pem).raw), keyId: 'https://vault/keys/graph-mailer/1' }; }
}`,
    '@azure/keyvault-keys': `import { constants, sign } from 'node:crypto';
const [key] = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/.exec(${certificate});
export class CryptographyClient {
  async signData(algorithm, data) {
    if (algorithm !== 'PS256') throw new Error(algorithm);
    return { result: new Uint8Array(sign('sha256', data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 })) };
  }
}`,
  };
}

/**
 * Runs a program that imports the package, with the tenant, mailbox and cloud in its options replaced by the sandbox's.
 * Everything else of it runs as it stands.
 */
async function runOnSandbox(program: string, caller?: string, packages: Record<string, string> = {}) {
  const folder = mkdtempSync(path.join(environment.folder, 'program-'));
  cpSync(environment.env.AZURE_CLIENT_CERTIFICATE_PATH ?? '', path.join(folder, 'graph-mailer.pem'));
  mkdirSync(path.join(folder, 'node_modules'));
  for (const [name, source] of Object.entries(packages)) {
    mkdirSync(path.join(folder, 'node_modules', name), { recursive: true });
    writeFileSync(path.join(folder, 'node_modules', name, 'package.json'), '{"type":"module","main":"index.js"}');
    writeFileSync(path.join(folder, 'node_modules', name, 'index.js'), source);
  }
  for (const name of ['nodemailer']) {
    symlinkSync(path.join(root, 'node_modules', name), path.join(folder, 'node_modules', name));
  }
  symlinkSync(root, path.join(folder, 'node_modules/nodemailer-graph-transport'));
  const { tenantId, clientId, mailbox } = sandbox.options;
  const cloud = { authorityHost: sandbox.url, graphHost: sandbox.url };
  const adapted = program
    .replace(/tenantId: [^,]+,/, `tenantId: '${tenantId}',`)
    .replace(/clientId: [^,]+,/, `clientId: '${clientId}',`)
    .replace(/mailbox: 'noreply@contoso\.com',/, `mailbox: '${mailbox}', cloud: ${JSON.stringify(cloud)},`)
    .replaceAll('noreply@contoso.com', mailbox)
    .replaceAll("'mail-runs/", `'${folder}/mail-runs/`)
    .replace("'graph-mailer.pem'", JSON.stringify(path.join(folder, 'graph-mailer.pem')));
  writeFileSync(path.join(folder, 'program.mjs'), adapted);
  writeFileSync(path.join(folder, 'caller.mjs'), caller ?? "import './program.mjs';\n");
  // The transporter of a program that runs on is never closed, so the process must be able to exit without that.
  return runNode([path.join(folder, 'caller.mjs')], environment.env, 15_000);
}
