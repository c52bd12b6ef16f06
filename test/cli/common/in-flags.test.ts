import { describe, expect, it } from 'vitest';
import { settleSettings } from '../../../src/bulk/run/settings.js';
import { bulkOptions, inBulkFlags, type MailChoices, transportOptions } from '../../../src/cli/bulk/mail-choices.js';
import { readConfiguration } from '../../../src/cli/common/configuration.js';
import { inFlags, names } from '../../../src/cli/common/in-flags.js';
import { processTerminal } from '../../../src/cli/common/terminal.js';
import { createProgram, explain } from '../../../src/cli/program.js';
import { HINTS } from '../../../src/common/errors.js';
import { describeNetworkFailure, NetworkFailure } from '../../../src/graph/network-failure.js';
import { settleOptions } from '../../../src/options/check-options.js';
import type { Command } from '../../../src/vendor/commander.js';
import { allRefusalHints, troubleshootingTables } from '../../documents/tables.js';

const ids = { tenantId: '11111111-2222-4333-8444-555555555555', clientId: '66666666-7777-4888-8999-000000000000' };
const own = 'noreply@contoso.com';

function failureOf(action: () => unknown): { message: string; hint?: string } {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was refused');
}

/** Every flag that a command has. */
function flagsOf(command: Command): string[] {
  return [...command.options.map(({ long }) => long ?? ''), ...command.commands.flatMap(flagsOf)];
}
const flags = new Set(flagsOf(createProgram(processTerminal, () => {})));

it('every option is told by a flag or variable that there is', () => {
  const variables = /^(AZURE|GRAPH_MAIL)_[A-Z_]+$|^HTTPS_PROXY$|^NODE_EXTRA_CA_CERTS$/;
  for (const name of Object.values(names)) {
    for (const one of name.split(/, | or /)) expect(flags.has(one) || variables.test(one), one).toBe(true);
  }
});

describe('what a command passes on, when it is refused', () => {
  const env = {
    ...{ AZURE_TENANT_ID: ids.tenantId, AZURE_CLIENT_ID: ids.clientId, GRAPH_MAIL_MAILBOX: own },
    ...{ AZURE_CLIENT_CERTIFICATE_PATH: 'x.pem', AZURE_CLIENT_CERTIFICATE_PASSWORD: 'x' },
    ...{ AZURE_AUTHORITY_HOST: 'https://localhost:1', GRAPH_MAIL_GRAPH_HOST: 'https://localhost:1' },
    ...{ GRAPH_MAIL_TRACE_CLIENT_ID: ids.clientId.replace('6', '7'), GRAPH_MAIL_TRACE_CERTIFICATE_PATH: 'y.pem' },
    ...{ HTTPS_PROXY: 'http://proxy:1' },
  };
  const read = (more: NodeJS.ProcessEnv) => {
    const text = Object.entries({ ...env, ...more }).map(([name, value]) => `${name}=${value}`);
    return readConfiguration({ env: {}, envFile: '.env', flags: {}, read: () => text.join('\n') }).options;
  };
  const choices: MailChoices = {
    ...{ template: 't', recipients: 'r.csv', from: [{ address: own }, { address: 'b@contoso.com' }] },
    ...{ emailColumn: 'mail', attachments: 'a', suppress: 's', rate: 1, perDay: 1, maxErrors: 1 },
    ...{ allowDuplicates: true, unsubscribeUrl: 'https://x', listId: 'l', header: { 'X-A': 'b' } },
    ...{ delivery: 'draft', onUnknown: 'verify' },
  };
  const secret = read({ AZURE_CLIENT_CERTIFICATE_PATH: '', AZURE_CLIENT_SECRET: 'x' });
  const text = read({ AZURE_CLIENT_CERTIFICATE_PATH: '', GRAPH_MAIL_CERTIFICATE: 'x' });
  const given: Record<string, unknown> = {
    ...{ ...secret, ...text, ...read({}), ...transportOptions(choices), largeMessages: 'upload' },
  };
  delete given.mailbox;
  const identities: Record<string, object> = {
    clientSecret: {},
    certificate: {},
    certificatePath: {},
  };

  it.each(Object.keys(given))('%s of the transport is told by its flag or variable', (option) => {
    const identity = option in identities ? {} : { certificatePath: 'x.pem' };
    const options = { ...ids, ...identity, mailbox: own, [option]: Symbol('wrong') };
    const { message } = failureOf(() => settleOptions(options as never, {}));
    const told = inFlags(message);
    expect(told).toContain(names[option]);
    expect(told).not.toMatch(new RegExp(`\\boption\\b|'${option}'`, 'i'));
  });

  const settings = { ...bulkOptions(choices), limit: 1, unknown: 'hold', takeOver: true };
  const checkedElsewhere = ['recipients', 'template', 'from', 'about', 'unsubscribe', 'headers', 'listId'];
  const bulk = ['rate', 'perDay', 'limit', 'unknown', 'takeOver'];

  it.each(bulk)('%s of sendBulk is told by its flag', (option) => {
    expect(Object.keys(settings)).toContain(option);
    const transporter = { sendMail: async () => ({}) };
    const options = { ...settings, transporter, [option]: 0.5 };
    const told = inBulkFlags(failureOf(() => settleSettings(options as never)).message);
    expect(told).toMatch(new RegExp(`^${names[option]} is `));
  });

  it('there is no option of sendBulk without a flag', () => {
    for (const option of Object.keys(settings)) {
      if (!checkedElsewhere.includes(option)) expect(Object.keys(names)).toContain(option);
    }
  });
});

const optionOfAProgram = /\boption '?\w+[A-Z]|the option|\b(large|on|max|certificate)[A-Z]\w+/;

describe('what the library says, as a command prints it', () => {
  it('names no option of a program', async () => {
    const { delivery = '', network = '', refusals = '', local = '' } = await troubleshootingTables();
    const rows = [delivery, network, refusals, local].flatMap((table) => table.split('\n').slice(2));
    const { EFILEACCESS: _, EURLACCESS: __, ...hints } = HINTS;
    // Of the rows, those about what a command cannot be given.
    const ofPrograms = /disable(File|Url)Access|mailBox|configures SMTP|allowedMailboxes|may not be named|getToken/;
    const texts = [...rows, ...allRefusalHints(), ...Object.values(hints)].filter((one) => !ofPrograms.test(one));
    expect(texts.length).toBeGreaterThan(60);
    const named = texts.map((text) => inFlags(text)).filter((text) => optionOfAProgram.test(text));
    expect(named).toEqual([]);
  });

  it.each([
    ["Check the option 'mailbox': the primary address", 'Check --mailbox or GRAPH_MAIL_MAILBOX: the primary address'],
    ["with the option largeMessages: 'upload'.", 'with --large-messages upload.'],
    ['Send later, or give the option maxWait a longer time.', 'Send later.'],
    [
      "Give the option 'certificatePassword' (in the environment: AZURE_CLIENT_CERTIFICATE_PASSWORD).",
      'Give AZURE_CLIENT_CERTIFICATE_PASSWORD.',
    ],
    ["certificatePath 'x.pem' cannot be read", "AZURE_CLIENT_CERTIFICATE_PATH 'x.pem' cannot be read"],
    [
      'trust its CA with GRAPH_MAIL_CA; where the options say who signs in, with cloud.ca.',
      'trust its CA with GRAPH_MAIL_CA.',
    ],
    [
      'readInbox() needs the permission Mail.Read.',
      'Reading the Inbox needs the permission Mail.Read. To ask for it: setup --with bounces, or where setup has run already, doctor --probe --with bounces, which prints what to add.',
    ],
    ["delivery: 'draft' and largeMessages: 'upload' need", '--delivery draft and --large-messages upload need'],
  ])('%j is %j', (text, told) => {
    expect(inFlags(text)).toBe(told);
  });

  it.each([
    ['localhost:8443', /^Set GRAPH_MAIL_CA to the path of the sandbox's ca\.pem\.$/],
    ['graph.microsoft.com', /trust its CA with GRAPH_MAIL_CA\.$/],
  ])('speaks of a certificate that %s shows without the options of a program', (host, told) => {
    const cause = Object.assign(new Error('self-signed'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' });
    const { hint } = describeNetworkFailure(new NetworkFailure('network', false, cause.message, cause), host);
    expect(inFlags(hint ?? '')).toMatch(told);
  });

  it('names a mailbox by where it comes from', () => {
    const text = "Check the option 'mailbox'.";
    const from = (source: 'flag' | '.env') =>
      inFlags(text, { configuration: { source: { GRAPH_MAIL_MAILBOX: source } } });
    expect([from('flag'), from('.env')]).toEqual(['Check --mailbox.', 'Check GRAPH_MAIL_MAILBOX.']);
  });

  it.each([
    'the header names no column "listId", and {{perDay}} is not one',
    'Recipients, line 3: the address of "mailbox" is missing',
    "The path 'reports/maxErrors.csv' is there",
  ])('what is of a file or a person stays: %j', (text) => {
    expect(inFlags(text)).toBe(text);
  });

  it('reaches whatever a command ends with', () => {
    const error = failureOf(() => settleOptions({ ...ids, certificatePath: 'x.pem' }, {})) as Error;
    expect(explain(error)).toMatch(
      /^Error: Whose mailbox sends\? Neither --mailbox nor GRAPH_MAIL_MAILBOX is given\.\n/,
    );
    expect(explain(error)).toContain("\n  Give the sending mailbox's address or object id.");
  });
});
