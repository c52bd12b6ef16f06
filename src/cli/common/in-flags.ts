import type { Configuration } from './configuration.js';

/**
 * The library's errors name its options; the user of a command knows its flags and the variables of the environment. What
 * a command prints of an error goes through here.
 */
export interface FlagContext {
  /** Where the mailbox comes from; without it, both of its names are given. */
  configuration?: Pick<Configuration, 'source'> | undefined;
  /** Whether the command has `--large-messages`. */
  largeMessages?: boolean | undefined;
}

/** What an error says, by the names of flags and variables where the library names its options. */
export function inFlags(text: string, { configuration, largeMessages = true }: FlagContext = {}): string {
  const sizes = largeMessages ? [] : withoutUploads;
  let result = text;
  for (const [pattern, words] of [...sizes, ...sentences]) result = result.replaceAll(pattern, words);
  result = named(result, 'mailbox', mailboxIn(configuration));
  for (const [option, name] of Object.entries(names)) result = named(result, option, name);
  return result;
}

function mailboxIn(configuration: FlagContext['configuration']): string {
  const source = configuration?.source.GRAPH_MAIL_MAILBOX;
  if (source === undefined) return '--mailbox or GRAPH_MAIL_MAILBOX';
  return source === 'flag' ? '--mailbox' : 'GRAPH_MAIL_MAILBOX';
}

/**
 * Options by the flag or variable that a command takes them from.
 * @internal
 */
export const names: Readonly<Record<string, string>> = {
  'trace.clientId': 'GRAPH_MAIL_TRACE_CLIENT_ID',
  'trace.certificatePath': 'GRAPH_MAIL_TRACE_CERTIFICATE_PATH',
  'trace.certificatePassword': 'GRAPH_MAIL_TRACE_CERTIFICATE_PASSWORD',
  'trace.certificate': 'GRAPH_MAIL_TRACE_CERTIFICATE',
  'cloud.authorityHost': 'AZURE_AUTHORITY_HOST',
  'cloud.graphHost': 'GRAPH_MAIL_GRAPH_HOST',
  'cloud.ca': 'NODE_EXTRA_CA_CERTS',
  'unsubscribe.url': '--unsubscribe-url',
  'unsubscribe.mailto': '--unsubscribe-mailto',
  tenantId: 'AZURE_TENANT_ID',
  clientId: 'AZURE_CLIENT_ID',
  clientSecret: 'AZURE_CLIENT_SECRET',
  certificatePath: 'AZURE_CLIENT_CERTIFICATE_PATH',
  certificatePassword: 'AZURE_CLIENT_CERTIFICATE_PASSWORD',
  sendCertificateChain: 'AZURE_CLIENT_SEND_CERTIFICATE_CHAIN',
  certificate: 'GRAPH_MAIL_CERTIFICATE',
  cloud: '--cloud',
  proxy: 'HTTPS_PROXY',
  trace: 'GRAPH_MAIL_TRACE_CLIENT_ID',
  delivery: '--delivery',
  onUnknown: '--on-unknown',
  largeMessages: '--large-messages',
  emailColumn: '--email-column',
  attachmentsFolder: '--attachments',
  listId: '--list-id',
  headers: '--header',
  suppress: '--suppress',
  allowDuplicates: '--allow-duplicates',
  rate: '--rate',
  perDay: '--per-day',
  maxErrors: '--max-errors',
  limit: '--limit',
  retryFailed: '--retry-failed',
  takeOver: '--take-over',
  journal: '--runs',
  unknown: '--verify, --trace or --resend-unknown',
  allowedMailboxes: '--from',
};

/**
 * Where a text speaks of an option: `the option 'x'`, `'x'`, `x: 'word'`, and `x` by itself where it reads as no English word
 * or begins a sentence that says what it is.
 */
function named(text: string, option: string, name: string): string {
  const word = option.replaceAll('.', String.raw`\.`);
  const alone = /[A-Z.]/.test(option)
    ? String.raw`(?<![\w.'"{\x60/-])${word}(?![\w'"}\x60(-])`
    : `(?<=^|[.:] )${word}(?= is )`;
  return text
    .replaceAll(
      new RegExp(String.raw`(?:\bthe option )?(?<![\w.])${word}: '([\w@.-]+)'`, 'g'),
      (_, value) => `${name} ${value}`,
    )
    .replaceAll(new RegExp(String.raw`\b(?:the )?options? '${word}'`, 'gi'), name)
    .replaceAll(new RegExp(String.raw`\b(?:the )?option ${word}\b(?!\.\w)`, 'gi'), name)
    .replaceAll(new RegExp(`(?<!is |, |or |not )'${word}'(?!,)`, 'g'), name)
    .replaceAll(new RegExp(alone, 'g'), name);
}

type Replacement = readonly [pattern: RegExp, words: string];

const withoutUploads: readonly Replacement[] = [
  [/, or let the transport upload them: largeMessages: 'upload' \(needs Mail\.ReadWrite\)/g, ''],
  [/; or let them be uploaded with the option largeMessages: 'upload'/g, ''],
  [/ and largeMessages: 'upload' need /g, ' needs '],
];

/** Options without a flag or variable are left out; options with a variable only are named by it. */
const sentences: readonly Replacement[] = [
  [/; where the options say who signs in, [^;]*NODE_EXTRA_CA_CERTS(?: before Node starts)?\./g, '.'],
  [/where maxRecipients allows (\d+)/g, 'where $1 are allowed'],
  [/longer than maxWait/g, 'longer than this command waits'],
  [/ A longer maxWait or more maxRetries wait more patiently\./g, ''],
  [/, for instance mailbox: '[^']*'/g, ''],
  [/; the option 'timeout' waits longer/g, ''],
  [/,? or (?:give|allow more with) the option max\w+(?: a longer time)?/g, ''],
  [
    /To look into Sent Items \(onUnknown: 'verify', settle\(\)\) (needs .*)/g,
    'To look into Sent Items $1 To ask for it: setup --with verify, or where setup has run already, doctor --probe --with verify, which prints what to add.',
  ],
  [
    /readInbox\(\) (needs .*)/g,
    'Reading the Inbox $1 To ask for it: setup --with bounces, or where setup has run already, doctor --probe --with bounces, which prints what to add.',
  ],
  [/; where the options say who signs in, .*?(?=\.(?:\s|$))/gm, ''],
  [/, settle\(\)/g, ''],
  [/ or the option 'proxy'/g, ''],
  [/or pass the option cloud: \{[^}]*\}/g, 'or give --cloud'],
  [/the option '\w+' \(in the environment: (\w+)\)/g, '$1'],
  [/: leave the option out/g, ': leave it out'],
  [/let the transport upload them: /g, 'let them be uploaded: '],
  [/as the option 'trace' \(or (\w+ and \w+), which [^)]*\)/g, 'in $1'],
  [/\(option 'trace', (\w+)\)/g, '($1)'],
  [/needs a transporter over Microsoft Graph, with the option 'trace'/g, 'needs GRAPH_MAIL_TRACE_CLIENT_ID'],
  [
    /neither options \([^)]*\) nor (\w+ and \w+) in the environment/g,
    '$1 are set neither in the environment nor in a .env file',
  ],
  [/Pass \{[^}]*\}, or set /g, 'Set '],
  [
    /Option 'mailbox' is missing: whose mailbox sends\?(?: \([^)]*\))?/g,
    'Whose mailbox sends? Neither --mailbox nor GRAPH_MAIL_MAILBOX is given.',
  ],
  [
    /: 'from' needs allowedMailboxes: without it, .*$/gm,
    " is 'from', which is for programs; expected a bare address or an object id.",
  ],
  [/Add for instance allowedMailboxes: .*$/gm, 'Give the address of the mailbox that sends.'],
  [/, an object id, 'from', or a function\./g, ' or an object id.'],
  [
    /Give one of certificatePath, .* alone\./g,
    'Set AZURE_CLIENT_CERTIFICATE_PATH, GRAPH_MAIL_CERTIFICATE or AZURE_CLIENT_SECRET, besides AZURE_TENANT_ID and AZURE_CLIENT_ID.',
  ],
  [
    /Correct the option that the message names; the README lists each with what it expects\./g,
    'Correct what the message names; the README says what is expected.',
  ],
  [/Check the credential options, and/g, 'Check how the application signs in, and'],
  [/there is the option unsubscribe/g, 'there are --unsubscribe-url and --unsubscribe-mailto'],
  [/the option attachmentsFolder \(--attachments\)/g, '--attachments'],
];
