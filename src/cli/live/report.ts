import type { Target } from './common/target.js';
import type { LiveResult, ProbeResult, Verdict } from './run.js';

export interface ReportFacts {
  /** `Microsoft 365, cloud "global"`, `sandbox`, `another cloud`. */
  where: string;
  /** `2026-11-30`. */
  day: string;
  /** Versions of this package, of Node, and the platform. */
  program: string;
}

/**
 * The report of a run, as Markdown or JSON: every probe with its question, requests and answers in words of our own,
 * and the rows of docs/facts.md that it settles.
 */
export function reportText(
  format: 'markdown' | 'json',
  { where, day, program }: ReportFacts,
  result: LiveResult,
  target: Target,
): string {
  const { end, mails, permissions, leftovers, results } = result;
  const recipients = [...new Set(target.settings.to.map((address) => target.roleOf(address)))];
  const about = { where, day, program, end, permissions, recipients, mails, ...leftovers };
  const text =
    format === 'json'
      ? `${JSON.stringify({ about, probes: results }, undefined, 2)}\n`
      : markdown({ ...about, recipients: recipients.join(', '), permissions: permissions.join(', ') }, results);
  return withoutNames(text, target);
}

function markdown(
  about: Readonly<Record<string, string | number | readonly string[]>>,
  results: LiveResult['results'],
): string {
  const { where, day, program, end, permissions, recipients, mails, deleted, stays } = about;
  const rows = [
    ['Tried against', where],
    ['Day', day],
    ['Program', program],
    ['The application has', permissions || 'no permission'],
    ['Mail went to', recipients],
    ['Mails sent at most', mails],
    ['The run', end === 'complete' ? 'came to its end' : end === 'interrupted' ? 'was interrupted' : 'ran out of time'],
    ['Contract', counts(results.filter(({ mark }) => mark !== 'open'))],
    ['Open questions', counts(results.filter(({ mark }) => mark === 'open'))],
    ['Messages deleted afterwards', deleted],
    ['What stays', (stays as readonly string[]).join(' ') || 'nothing'],
  ];
  const topics = [...new Set(results.map(({ topic }) => topic))];
  return [
    '# Live contract run of nodemailer-graph-transport',
    '',
    'The ids in the last column are rows of docs/facts.md. No address, id, secret or text of a message is in here.',
    '',
    '| | |',
    '|---|---|',
    ...rows.map(([name, value]) => `| ${name} | ${cell(String(value))} |`),
    ...topics.flatMap((topic) =>
      topicTable(
        topic,
        results.filter((one) => one.topic === topic),
      ),
    ),
    '',
  ].join('\n');
}

function topicTable(topic: string, results: readonly ProbeResult[]): string[] {
  return [
    '',
    `## ${topic}`,
    '',
    '| Probe | Question | Sent, and answered | Found | Facts |',
    '|---|---|---|---|---|',
    ...results.map(({ id, question, mark, exchanges, verdict, seen, facts }) => {
      const lines = exchanges.map(
        ({ request, content, answer }) => `${request}${content === undefined ? '' : ` (${content})`} → ${answer}`,
      );
      const found = `**${verdict}**${seen === '' ? '' : `: ${cell(seen)}`}`;
      return `| ${id} | ${cell(question)} (${mark}) | ${folded(lines).map(cell).join('<br>')} | ${found} | ${facts.join(', ')} |`;
    }),
  ];
}

/** A request that is repeated becomes one line. */
function folded(lines: readonly string[]): string[] {
  const found: { line: string; times: number }[] = [];
  for (const line of lines) {
    const last = found.at(-1);
    if (last?.line === line) last.times += 1;
    else found.push({ line, times: 1 });
  }
  return found.map(({ line, times }) => (times === 1 ? line : `${line} (${times} times)`));
}

function counts(results: readonly ProbeResult[]): string {
  const verdicts: readonly Verdict[] = ['held', 'did not hold', 'not tried'];
  return verdicts.map((one) => `${results.filter(({ verdict }) => verdict === one).length} ${one}`).join(', ');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
}

/**
 * The text is made of our own words and should name no person; this makes sure: known addresses become their roles, and
 * everything that looks like an address, an id or a secret is removed.
 * @internal
 */
export function withoutNames(text: string, target: Target): string {
  const { mailbox, to, tenantId, clientId, trace } = target.settings;
  const addresses = [mailbox, ...to];
  const known: [name: string, role: string][] = [
    ...addresses.map((address): [string, string] => [address, target.roleOf(address)]),
    ...addresses.map((address): [string, string] => [address.split('@').at(-1) ?? '', '{domain}']),
    [tenantId, '{tenant}'],
    [clientId, '{application}'],
    [trace?.clientId ?? '', '{application}'],
  ];
  const named = known
    .filter(([name]) => name.length > 3)
    .sort(([one], [other]) => other.length - one.length)
    .reduce((rest, [name, role]) => rest.replaceAll(new RegExp(escaped(name), 'gi'), role), text);
  return named
    .split('\n')
    .map((line) =>
      line
        .replaceAll(/[^\s|"'<>(),;:]+@(?!odata\.)[^\s|"'<>(),;:]+/g, '{address}')
        .replaceAll(/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, '{id}')
        .replaceAll(/eyJ[\w-]{8,}(?:\.[\w-]*){0,4}|[A-Za-z0-9+/=_-]{80,}/g, '{secret}'),
    )
    .join('\n');
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
