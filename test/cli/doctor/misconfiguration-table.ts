import { misconfigurations } from './misconfigurations.js';

/** The table of the documentation: what is wrong, and how `doctor` names it. */
export function misconfigurationTable(): string {
  const rows = misconfigurations.map(({ what, check, status = 'failed', says, cure }) => {
    const sign = status === 'warning' ? '!' : '✗';
    return [what, `${sign} ${check.replace(/^Send check of .*/, 'Send check')}`, says, cure].map(cell);
  });
  const head = ['what is wrong', 'found by', 'it says (in part)', 'to do (in part)'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
