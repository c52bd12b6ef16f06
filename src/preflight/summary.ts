import { KINDS, type PreflightEntry, type PreflightKind, type PreflightSeverity } from './finding.js';

/** A mail that stands for others with the same kind of finding. */
export interface PreflightExample {
  messageId: string | undefined;
  subject: string | undefined;
  /** The finding in words. */
  message: string;
}

/** What was found in all mails so far; plain data, which can be written as JSON. */
export interface PreflightSummary {
  /** Mails seen: the sum of the next four. */
  mails: number;
  /** Graph would send them to the same recipients with the same header. */
  clean: number;
  changed: number;
  refused: number;
  /** Nothing was found, but not everything could be looked at beforehand. */
  unchecked: number;
  /** Kinds of findings that occurred, the weightiest first. */
  byKind: Partial<Record<PreflightKind, { severity: PreflightSeverity; mails: number; examples: PreflightExample[] }>>;
  /** The largest mails, in estimated bytes of MIME. */
  heaviest: { messageId: string | undefined; subject: string | undefined; size: number }[];
  /** How often `report` threw or rejected. */
  reportFailures: number;
  /** What holds for every mail alike. */
  notes: string[];
}

const notes = [
  'Every mail sent through Microsoft Graph is kept in Sent Items of the mailbox.',
  'Bounces arrive in the Inbox of the mailbox, after a mail was accepted.',
];

/** Adds up entries. What it keeps is bounded: counts, and shortened examples of each kind. */
export class SummaryTally {
  readonly #examples: number;
  readonly #counts = { clean: 0, changed: 0, refused: 0, unchecked: 0 };
  readonly #byKind = new Map<PreflightKind, { mails: number; examples: PreflightExample[] }>();
  #heaviest: PreflightSummary['heaviest'] = [];
  reportFailures = 0;

  constructor(examples: number) {
    this.#examples = examples;
  }

  add(entry: PreflightEntry): void {
    this.#counts[entry.verdict]++;
    const mail = { messageId: shortened(entry.messageId, 200), subject: shortened(entry.subject, 100) };
    const seen = new Set<PreflightKind>();
    for (const { kind, message } of entry.findings) {
      if (seen.has(kind)) continue;
      seen.add(kind);
      const row = this.#byKind.get(kind) ?? { mails: 0, examples: [] };
      this.#byKind.set(kind, row);
      row.mails++;
      if (row.examples.length < this.#examples)
        row.examples.push({ ...mail, message: shortened(message, 1_000) as string });
    }
    const { size } = entry;
    if (size === undefined || size <= (this.#heaviest[this.#examples - 1]?.size ?? 0)) return;
    this.#heaviest.push({ ...mail, size });
    this.#heaviest = this.#heaviest.sort((a, b) => b.size - a.size).slice(0, this.#examples);
  }

  summary(): PreflightSummary {
    const { clean, changed, refused, unchecked } = this.#counts;
    const kinds = (Object.keys(KINDS) as PreflightKind[]).flatMap((kind) => {
      const row = this.#byKind.get(kind);
      return row ? [[kind, { severity: KINDS[kind].severity, ...structuredClone(row) }]] : [];
    });
    return {
      mails: clean + changed + refused + unchecked,
      clean,
      changed,
      refused,
      unchecked,
      byKind: Object.fromEntries(kinds),
      heaviest: structuredClone(this.#heaviest),
      reportFailures: this.reportFailures,
      notes: [...notes],
    };
  }
}

/** A piece of a long string would keep all of it in memory, so the characters are copied. */
function shortened(text: string | undefined, length: number): string | undefined {
  if (text === undefined || text.length <= length) return text;
  return Buffer.from(`${text.slice(0, length - 1)}…`).toString();
}

const width = 80;

/** Examples of each kind that are printed; the summary itself may hold more. */
const printedExamples = 3;

const headings: Record<PreflightSeverity, string> = {
  refused: 'Would be refused',
  changed: 'Would be sent otherwise',
  note: 'Good to know',
};

/** A summary as text for a terminal, at most 80 columns wide. */
export function formatPreflight(summary: PreflightSummary): string {
  const { mails, clean, changed, refused, unchecked, reportFailures } = summary;
  const lines = [`${count(mails, 'mail')} checked against Microsoft Graph`, ''];
  const row = (number: number, text: string) => lines.push(...wrap(`${String(number).padStart(7)}  ${text}`, 9));
  row(clean, 'would be sent as they are');
  row(changed, 'would be sent otherwise');
  row(refused, 'would be refused');
  row(unchecked, 'could not be checked wholly');
  const kinds = Object.entries(summary.byKind) as [
    PreflightKind,
    NonNullable<PreflightSummary['byKind'][PreflightKind]>,
  ][];
  for (const severity of ['refused', 'changed', 'note'] as const) {
    const found = kinds.filter(([, { severity: own }]) => own === severity);
    if (found.length === 0) continue;
    lines.push('', headings[severity]);
    for (const [kind, { mails: number, examples }] of found) {
      lines.push('', ...wrap(`  ${KINDS[kind].title}: ${count(number, 'mail')}`, 4));
      if (examples[0]) lines.push(...wrap(`    ${examples[0].message}`, 4));
      for (const example of examples.slice(0, printedExamples)) lines.push(...wrap(`    - ${named(example)}`, 6));
    }
  }
  if (summary.heaviest.length > 0) {
    lines.push('', 'Largest mails, in estimated bytes of MIME', '');
    for (const mail of summary.heaviest.slice(0, printedExamples))
      lines.push(...wrap(`${mail.size.toLocaleString('en').padStart(13)}  ${named(mail)}`, 15));
  }
  lines.push('', 'For every mail', '', ...summary.notes.flatMap((note) => wrap(`  ${note}`, 2)));
  if (reportFailures > 0) lines.push('', ...wrap(`The report function failed ${count(reportFailures, 'time')}.`, 0));
  return lines.join('\n');
}

const count = (number: number, noun: string) => `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;

function named({ subject, messageId }: Pick<PreflightExample, 'subject' | 'messageId'>): string {
  return [subject && `"${subject}"`, messageId].filter(Boolean).join(' ') || 'a mail without subject and Message-ID';
}

/** Breaks a line at spaces, and words that are longer than a line. Control characters could reprogram a terminal. */
function wrap(line: string, indent: number): string[] {
  const lines: string[] = [];
  let rest = line.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trimEnd();
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    // Never between the halves of one character.
    const cut = space > indent ? space : width - (/[\ud800-\udbff]/.test(rest.charAt(width - 1)) ? 1 : 0);
    lines.push(rest.slice(0, cut).trimEnd());
    rest = ' '.repeat(indent) + rest.slice(cut).trimStart();
  }
  return [...lines, rest];
}
