import { counted } from '../../bulk/common/words.js';
import type { OwnCommands } from '../../common/own-commands.js';
import { EXIT, type ExitCode } from '../common/exit-codes.js';
import { printable, wrapWords } from '../common/wording.js';
import type { Check, CheckStatus } from './common/check.js';

const width = 80;

/** Sign, word and colour say the same, so that any one of them is enough. */
const marks: Record<CheckStatus, { sign: string; word: string; colour: number }> = {
  ok: { sign: '✓', word: 'ok', colour: 32 },
  warning: { sign: '!', word: 'warning', colour: 33 },
  failed: { sign: '✗', word: 'failed', colour: 31 },
  skipped: { sign: '–', word: 'not checked', colour: 90 },
};

/** A check as text for the terminal. */
export function checkText({ title, status, seen, cure, command }: Check, colours: boolean): string {
  const { sign, word, colour } = marks[status];
  const head = `${sign} ${printable(title)}: ${word}`;
  const lines = [colours ? `\u001b[${colour}m${head}\u001b[0m` : head, ...wrapped(withoutWord(seen), '  ')];
  if (cure !== undefined) lines.push(...cureLines(cure));
  if (command !== undefined)
    lines.push('  For an administrator:', ...command.split('\n').map((line) => `    ${printable(line)}`));
  return lines.join('\n');
}

/** Lines after the first may be commands, which are not wrapped. */
function cureLines(cure: string): string[] {
  const [first = '', ...more] = cure.split('\n');
  return [
    ...wrapped(`To do: ${first}`, '  '),
    ...more.flatMap((line) => (/^ |^npx /.test(line) ? [`    ${printable(line.trimStart())}`] : wrapped(line, '  '))),
  ];
}

/** `Not checked: why` becomes `Why`, as the line above says that it was not checked. */
function withoutWord(seen: string): string {
  return seen.replace(/^Not (?:checked|asked|sent|needed): (.)/, (_, first: string) => first.toUpperCase());
}

/** Lines of at most 80 columns. */
export function wrapped(text: string, indent: string): string[] {
  return wrapWords(printable(text), width - indent.length).map((line) => `${indent}${line}`);
}

export interface Verdict {
  verdict: 'fine' | 'warnings' | 'failed';
  exitCode: ExitCode;
  /** One line for the terminal. */
  text: string;
}

/** Warnings have their own exit code, so that a pipeline notices them and may ignore them. */
const onlyWarnings = EXIT.rejected;

/** The result of all checks together. */
export function overallVerdict(checks: readonly Check[], sandbox: boolean): Verdict {
  const failures = checks.filter(({ status }) => status === 'failed');
  const warnings = checks.filter(({ status }) => status === 'warning');
  const where = sandbox ? ', against the sandbox' : '';
  const [first] = failures;
  if (first) {
    const numbers = [
      `${failures.length} failed`,
      ...(warnings.length > 0 ? [counted(warnings.length, 'warning')] : []),
    ];
    const text = `Not ready${where} (${numbers.join(', ')}). Begin with the first ✗.`;
    return { verdict: 'failed', exitCode: first.exitCode ?? EXIT.rejected, text };
  }
  // Whether the application may send was not checked.
  const unproven = checks.some(({ id, status }) => id === 'mailboxes' && status === 'skipped');
  const more = unproven && checks.every(({ id, status }) => id !== 'test-mail' || status === 'skipped');
  const hint = more ? ' Add --probe to ask about sending.' : '';
  if (warnings.length > 0) {
    return {
      verdict: 'warnings',
      exitCode: onlyWarnings,
      text: `No failures${where}; ${counted(warnings.length, 'warning')}.${hint}`,
    };
  }
  return { verdict: 'fine', exitCode: EXIT.ok, text: `Fine${where}.${hint}` };
}

/** Checks whose cures are for the administrators of a tenant, which a sandbox does not have. */
const ofAdministrators = /^(token|permissions|mailbox:.*|reading:.*|trace-(token|permission|search))$/;

/** The check reworded for a sandbox: there is no administrator to ask, and nothing to wait for. */
export function inSandbox({ command: _, ...check }: Check, inbox: string, commands: OwnCommands): Check {
  if (check.cure === undefined || !ofAdministrators.test(check.id)) return check;
  // A network failure cannot be cured in the tenant.
  if (check.exitCode === EXIT.unavailable) return check;
  const tenant = `${inbox}#/tenant`;
  // A warning is about a mailbox that should be out of reach: setup would not register that one.
  if (check.status === 'warning' && check.id.startsWith('mailbox:'))
    return { ...check, cure: `Name a mailbox that the sandbox has: ${tenant} shows them, and who may send.` };
  // What the application may do was decided when its handouts were made.
  const reading = check.id.startsWith('reading:');
  const more = reading ? ['--with', 'bounces,verify,drafts', '--out', 'reading-mailer'] : [];
  const who = reading ? 'another one registered there, which may read' : 'this one registered there';
  const command = commands.plain('setup', '--sandbox', inbox, ...more);
  return {
    ...check,
    cure: `Look at the applications and mailboxes of the sandbox on ${tenant}, or have ${who}:\n  ${command}`,
  };
}
