import { counted } from '../../bulk/common/words.js';
import { EXIT, type ExitCode } from '../common/exit-codes.js';
import type { Check } from './common/check.js';

export interface Verdict {
  verdict: 'fine' | 'warnings' | 'failed';
  exitCode: ExitCode;
  /** One line for people. */
  text: string;
}

/** Warnings have a code of their own, so that a pipeline notices them; what works with them may pass it over. */
const onlyWarnings = EXIT.rejected;

/** What all checks together say. */
export function judgeChecks(checks: readonly Check[], sandbox: boolean): Verdict {
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
  // What permits to send was not asked for.
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
