import { PassThrough } from 'node:stream';
import { AADSTS_HINTS, UNLISTED_AADSTS } from '../../src/auth/aadsts-hints.js';
import { EXIT } from '../../src/cli/common/exit-codes.js';
import { processTerminal } from '../../src/cli/common/terminal.js';
import { runProgram } from '../../src/cli/program.js';
import { ERROR_CODES, type GraphMailError, HINTS } from '../../src/common/errors.js';
import { goneUnasked, perhapsStillThere } from '../../src/delivery/draft/send-as-draft.js';
import { explainRefusal, REFUSALS, traceApplication } from '../../src/delivery/request/error-hints.js';
import { longPause } from '../../src/delivery/request/max-wait.js';
import { type FailedAttempt, requestError } from '../../src/delivery/request/request-errors.js';
import type { Command } from '../../src/delivery/request/types.js';
import type { NetworkFailure } from '../../src/graph/network-failure.js';
import { answer, graphError, networkFailure } from '../helpers/answers.js';
import { localFailures } from './local-failures.js';

/** The tables of docs/troubleshooting.md, by the name of their place in it, made from what the program itself says. */
export async function troubleshootingTables(): Promise<Record<string, string>> {
  return {
    codes: table(
      ['code', 'what it means', 'what to do, where nothing more is known'],
      Object.entries(ERROR_CODES).map(([code, meaning]) => [
        `\`${code}\``,
        `${meaning}.`,
        HINTS[code as keyof typeof HINTS],
      ]),
    ),
    local: table(['message', 'code', 'what to do'], (await localFailures()).map(asRow)),
    delivery: table(['message', 'code', 'what to do'], deliveryFailures().map(asRow)),
    network: table(['message', 'code', 'what to do'], networkFailures().map(asRow)),
    refusals: table(['Graph answers', 'code', 'what to do'], refusalRows()),
    aadsts: table(['AADSTS', 'what to do'], aadstsRows()),
    exits: table(['code', ...commandsWithCodes.map((name) => `\`${name}\``)], await exitRows()),
  };
}

/** The page with its tables put in anew. */
export function withTables(page: string, tables: Record<string, string>): string {
  return Object.entries(tables).reduce((text, [name, rows]) => {
    const place = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(\n<!-- end -->)`);
    if (!place.test(text)) throw new Error(`the page has no place for ${name}`);
    return text.replace(place, (_, begin: string, end: string) => `${begin}${rows}${end}`);
  }, page);
}

/** Every hint that a refusal of Graph can have: whatever it answers to whichever request. */
export function allRefusalHints(): Set<string> {
  const statuses = Array.from({ length: 200 }, (_, index) => 400 + index);
  const codes = [undefined, 'NoPermissionsInAccessToken', ...Object.keys(REFUSALS)];
  const hints = new Set<string>();
  for (const status of statuses)
    for (const code of codes)
      for (const message of [undefined, raop, traceApplication])
        for (const command of Object.keys(everyCommand) as Command[]) {
          const { hint } = explainRefusal(status, code, message, command);
          if (hint !== undefined) hints.add(hint);
        }
  return hints;
}

const raop = 'Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.';

/** A record, so that a new command has to be put here. */
const everyCommand: Record<Command, true> = {
  sendMail: true,
  createDraft: true,
  sendDraft: true,
  deleteDraft: true,
  findMessages: true,
  getMessage: true,
  listInbox: true,
  getMime: true,
  listMessageTraces: true,
  addAttachment: true,
  createUploadSession: true,
  uploadChunk: true,
  uploadStatus: true,
};

/** Answers that mean the same to whoever has to do something stand in one row. */
function refusalRows(): string[][] {
  const rows = new Map<string, { says: string[]; code: string }>();
  for (const { says, refusal } of refusalCases()) {
    const hint = refusal.hint ?? HINTS[refusal.code];
    const row = rows.get(hint) ?? { says: [], code: refusal.code };
    rows.set(hint, { ...row, says: [...row.says, says] });
  }
  return [...rows].map(([hint, { says, code }]) => [says.join(', '), `\`${code}\``, hint]);
}

function refusalCases() {
  const known = Object.entries(REFUSALS).map(([code, refusal]) => ({ says: `\`${code}\``, refusal }));
  const byStatus: [says: string, ...Parameters<typeof explainRefusal>][] = [
    ['400, 411 or 415 with any other code', 400, undefined, undefined],
    ['401 `NoPermissionsInAccessToken`, or 403, to sending', 403, undefined, undefined],
    ['the same to drafts and uploads', 403, undefined, undefined, 'createDraft'],
    ['the same to looking into Sent Items', 403, undefined, undefined, 'findMessages'],
    ['the same to reading the Inbox', 403, undefined, undefined, 'listInbox'],
    ['403 to message trace', 403, undefined, undefined, 'listMessageTraces'],
    ['401 to message trace that names a service principal', 401, 'Unauthorized', traceApplication, 'listMessageTraces'],
    ['400 to message trace', 400, undefined, undefined, 'listMessageTraces'],
    ['404 or 405 to message trace', 404, undefined, undefined, 'listMessageTraces'],
    ['403 "Access to OData is disabled"', 403, undefined, raop],
    ['401 with any other code', 401, undefined, undefined],
    ['404 with any other code', 404, undefined, undefined],
    ['404 `ErrorItemNotFound` to a draft', 404, 'ErrorItemNotFound', undefined, 'sendDraft'],
    ['404 `ErrorItemNotFound` to a message of the Inbox', 404, 'ErrorItemNotFound', undefined, 'getMime'],
    ['405', 405, undefined, undefined],
    ['409', 409, undefined, undefined],
    ['413', 413, undefined, undefined],
    ['anything else', 418, undefined, undefined],
  ];
  return [...known, ...byStatus.map(([says, ...given]) => ({ says, refusal: explainRefusal(...given) }))];
}

const mailbox = 'noreply@contoso.com';
const host = 'graph.microsoft.com';
const attempt: FailedAttempt = {
  command: 'sendMail',
  submission: true,
  outcome: 'not-sent',
  permanent: true,
  attempts: 1,
  clientRequestId: 'id',
  retryAfter: undefined,
  host,
  mailbox,
};
const unknown: FailedAttempt = { ...attempt, outcome: 'unknown', permanent: false };

function deliveryFailures(): GraphMailError[] {
  const busy = answer(429, {}, graphError('ApplicationThrottled', 'Application is over its limit.'));
  const throttled = requestError(busy, { ...attempt, permanent: false, retryAfter: 20_000 });
  const timeout = networkFailure(true, undefined, 'timeout');
  return [
    requestError(answer(504), unknown),
    requestError(networkFailure(true, 'ECONNRESET'), unknown),
    requestError(timeout, unknown),
    perhapsStillThere(requestError(answer(504), { ...unknown, command: 'sendDraft' }), mailbox, 'draft'),
    goneUnasked(throttled, mailbox),
    throttled,
    longPause(600_000, mailbox, 'sendMail'),
  ];
}

function networkFailures(): GraphMailError[] {
  const failures: [NetworkFailure, string?][] = [
    [networkFailure(false, 'ENOTFOUND', 'network', 'getaddrinfo')],
    [networkFailure(false, 'ECONNREFUSED', 'network', 'connect')],
    [networkFailure(false, 'ECONNREFUSED', 'network', 'connect'), 'localhost:8443'],
    [networkFailure(false, 'SELF_SIGNED_CERT_IN_CHAIN')],
    [networkFailure(false, 'SELF_SIGNED_CERT_IN_CHAIN'), 'localhost:8443'],
    [networkFailure(false, undefined, 'timeout')],
    [networkFailure(false, undefined, 'aborted')],
  ];
  return failures.map(([failure, at = host]) => requestError(failure, { ...attempt, host: at }));
}

function asRow({ message, code, hint }: GraphMailError): string[] {
  const shorter = (text: string) =>
    text.replaceAll(process.cwd(), '…').replace(/(graphTransport\(\) knows): .*/, '$1: …');
  return [shorter(message), `\`${code}\``, shorter(hint)];
}

/** Numbers that mean the same to whoever has to do something stand in one row. */
function aadstsRows(): string[][] {
  const numbers = new Map<string, string[]>();
  for (const [number, hint] of Object.entries(AADSTS_HINTS)) {
    const marked = UNLISTED_AADSTS[Number(number)] === undefined ? number : `${number}*`;
    numbers.set(hint, [...(numbers.get(hint) ?? []), marked]);
  }
  return [...numbers].map(([hint, all]) => [all.join(', '), hint]);
}

const commandsWithCodes = ['send', 'bulk', 'doctor', 'setup'];

/** What the help of each command says of each exit code. */
async function exitRows(): Promise<string[][]> {
  const columns = await Promise.all(commandsWithCodes.map(async (name) => exitCodesOf(await helpOf(name))));
  return Object.values(EXIT).map((code) => [String(code), ...columns.map((column) => column.get(code) ?? '')]);
}

/** What `--help` prints. */
export async function helpOf(...command: string[]): Promise<string> {
  const written: (string | Uint8Array)[] = [];
  const stdout = { write: (content: string | Uint8Array) => written.push(content) };
  await runProgram([...command, '--help'], { ...processTerminal, stdin: new PassThrough(), stdout, stderr: stdout });
  return written.join('');
}

/** Reads one or two columns of `code  meaning`, in which a line without a code goes on with the one above. */
function exitCodesOf(help: string): Map<number, string> {
  const [, list = ''] = /\nExit codes:\n([\s\S]*?)(?:\n\n|$)/.exec(help) ?? [];
  const meanings = new Map<number, string>();
  let left = 0;
  for (const line of list.split('\n')) {
    const entries = [...line.matchAll(/(?<=^| {2,})(\d{1,3}) {2,}(.+?)(?= {2,}\d{1,3} {2,}|\s*$)/g)];
    const first = entries[0]?.index ?? line.length;
    const more = line.slice(0, first).trim();
    if (more !== '' && !more.endsWith(':')) meanings.set(left, `${meanings.get(left)} ${more}`);
    for (const [, code, meaning = ''] of entries) meanings.set(Number(code), meaning.trim());
    if (first < 4) left = Number(entries[0]?.[1]);
  }
  return meanings;
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');
}
