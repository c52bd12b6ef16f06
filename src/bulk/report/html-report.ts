import { OwnCommands } from '../../common/own-commands.js';
import { formatDuration } from '../common/duration.js';
import { count, counted, type Times } from '../common/words.js';
import { timelineChart } from './chart.js';
import { headlineOf } from './headline.js';
import type { Highlights } from './highlights.js';
import { html, SafeHtml } from './html.js';
import { style } from './html-style.js';
import { rowTables } from './html-tables.js';
import { begunByCommand, nextSteps } from './next-steps.js';
import { traceWords } from './report-row.js';
import type { RunFacts } from './run-facts.js';
import { shareBar } from './share-bar.js';
import type { ReportTotals } from './totals.js';

export interface HtmlReportInput {
  facts: RunFacts;
  totals: ReportTotals;
  highlights: Highlights;
  notes: readonly string[];
  /** The run folder. */
  folder: string;
  /** Milliseconds since the epoch. */
  now: number;
  times: Times;
  platform: NodeJS.Platform;
}

/**
 * The page that a person acts on. It loads nothing and runs nothing (its Content-Security-Policy forbids both), and everything
 * from a row, an error or a mail server is escaped. Pure.
 */
export function htmlReport(input: HtmlReportInput): string {
  const { facts, totals, highlights, notes, times, now } = input;
  const { state, mood, sentence } = headlineOf(totals, facts.ended, facts.activity.state);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${`${state}: ${facts.run.recipients.name}`}</title>
<style>${new SafeHtml(style)}</style>
</head>
<body>
<main>
<header>
<p class="kicker"><span class="state ${mood}">${state}</span>${facts.run.recipients.name}, ${times.full(facts.startedAt)}</p>
<h1>${sentence}</h1>
${sumLine(totals)}
${notes.map((note) => html`<p class="note" role="note">${note}</p>`)}
</header>
${outcomes(totals)}
${deliverySection(input)}
${traceSection(input)}
${stepsSection(input)}
<section aria-labelledby="time-title"><h2 id="time-title">Over time</h2>
${timelineChart(facts.timeline.view(), times)}</section>
${rowTables(highlights, times)}
${runSection(input)}
<footer>Made ${times.full(now)} by nodemailer-graph-transport. Every row is in report.csv. Both hold addresses: keep them as you keep the list of recipients.</footer>
</main>
</body>
</html>
`;
  return page.text;
}

function sumLine({ rows, sent, rejected, skipped, unknown, left }: ReportTotals) {
  const parts = Object.entries({ sent, rejected, skipped, unknown, left });
  return html`<p class="sum"><b>${count(rows)}</b> ${rows === 1 ? 'row' : 'rows'} = ${parts.map(
    ([name, value], i) => html`${i > 0 && ' + '}<b>${count(value)}</b> ${name}`,
  )}</p>`;
}

function outcomes({ rows, sent, rejected, skipped, unknown, left }: ReportTotals) {
  return html`<section aria-labelledby="outcome-title"><h2 id="outcome-title">Outcome of each row</h2>
${shareBar(rows, [
  ['sent', 'Sent', sent],
  ['rejected', 'Rejected', rejected],
  ['unknown', 'Unknown', unknown],
  ['skipped', 'Skipped', skipped],
  ['left', 'Left', left],
])}</section>`;
}

function deliverySection({ totals: { sent, delivery }, facts, times }: HtmlReportInput) {
  if (sent === 0) return undefined;
  const reads = [...facts.mailboxes.values()].filter(({ sent: any }) => any > 0).map(({ readUntil }) => readUntil);
  const oldest = reads.every((until) => until !== undefined) ? Math.min(...(reads as number[])) : undefined;
  const known =
    oldest === undefined
      ? 'The Inbox has not been read for bounces yet, so nothing is known of what came after.'
      : `The Inbox was last read for bounces at ${times.full(oldest)}. A mail counts as delivered when two days have passed without one, or when message trace says so.`;
  return html`<section aria-labelledby="delivery-title"><h2 id="delivery-title">What became of the sent mails</h2>
<p>Sent means that the service accepted the mail for delivery, not that it arrived. What cannot be delivered comes back as a bounce. ${known}</p>
${shareBar(sent, [
  ['delivered', 'Delivered, as far as known', delivery.delivered],
  ['bounced', 'Bounced', delivery.bounced],
  ['failed', 'Not delivered, by message trace', delivery.failed],
  ['delayed', 'Delayed, still being tried', delivery.delayed],
  ['pending', 'Pending', delivery.pending],
])}</section>`;
}

type TraceKind = keyof typeof traceWords;

/** The colours of the bar. */
const traceColours: Readonly<Record<TraceKind, string>> = {
  delivered: 'delivered',
  expanded: 'delivered',
  failed: 'failed',
  quarantined: 'rejected',
  filteredAsSpam: 'bounced',
  pending: 'delayed',
  gettingStatus: 'delayed',
  unknown: 'unknown',
  notFound: 'pending',
};

function traceSection({ totals: { trace }, facts, times }: HtmlReportInput) {
  const searched = [...facts.mailboxes.values()].flatMap(({ tracedAt }) => tracedAt ?? []);
  if (trace === undefined || searched.length === 0) return undefined;
  const kinds = Object.keys(traceWords) as TraceKind[];
  const all = kinds.reduce((sum, kind) => sum + (trace[kind] ?? 0), 0);
  return html`<section aria-labelledby="trace-title"><h2 id="trace-title">What message trace says</h2>
<p>Exchange's message trace, last searched at ${times.full(Math.min(...searched))}. Delivered means into the mailbox, or to the mail server of another organisation. A mail that was not found proves nothing: message trace knows a mail minutes after it was sent, at times later, and for 90 days.</p>
${shareBar(
  all,
  kinds.map((kind) => [traceColours[kind], capitalised(traceWords[kind]), trace[kind] ?? 0]),
)}</section>`;
}

function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function stepsSection({ totals, folder, facts, platform }: HtmlReportInput) {
  const bouncesRead = [...facts.mailboxes.values()].some(({ readUntil }) => readUntil !== undefined);
  const canReadBounces = facts.mailboxes.size > 0;
  const begun = begunByCommand(facts.run);
  const commands = begun && new OwnCommands({ envFile: begun.envFile, from: 'anywhere', platform });
  const inProgress = facts.activity.state === 'in-progress';
  const { ended } = facts;
  const suppress = begun?.suppress;
  const steps = nextSteps({ totals, folder, commands, suppress, ended, inProgress, bouncesRead, canReadBounces });
  return html`<section aria-labelledby="next-title"><h2 id="next-title">What to do next</h2>
${
  steps.length === 0
    ? html`<p>Nothing: every mail was sent, and as far as is known delivered.</p>`
    : html`<ol class="steps">${steps.map(
        ({ what, why, commands }) => html`<li><h3>${what}</h3><p>${why}</p>
${commands.map((command) => html`<pre>${command}</pre>`)}</li>
`,
      )}</ol>`
}</section>`;
}

function runSection({ facts, folder, totals, times }: HtmlReportInput) {
  const { run, mailboxes, sessions, startedAt, lastAt } = facts;
  const spent = Date.parse(lastAt) - Date.parse(startedAt);
  const { duplicate, suppressed } = totals.skippedAs;
  const entries: [string, string][] = [
    ['Run', run.id],
    ['Folder', folder],
    ['Recipients', run.recipients.path ?? run.recipients.name],
    ...(run.template.path === undefined ? [] : [['Template', run.template.path] as [string, string]]),
    ['Began', times.full(startedAt)],
    [
      'Last mail',
      `${times.full(lastAt)}${spent >= 1000 ? `, ${formatDuration(spent)} later` : ''}${sessions > 1 ? `, in ${count(sessions)} sessions` : ''}`,
    ],
    ...[...mailboxes.values()].map(({ mailbox, sent, throttled }, i): [string, string] => [
      i === 0 ? 'Mailboxes' : '',
      `${mailbox}: ${counted(sent, 'mail')}${throttled > 0 ? `, asked to wait ${counted(throttled, 'time')}` : ''}`,
    ]),
    ...(totals.skipped === 0
      ? []
      : [
          ['Skipped', `${counted(duplicate, 'duplicate')}, ${count(suppressed)} on the suppression list`] as [
            string,
            string,
          ],
        ]),
  ];
  return html`<section aria-labelledby="run-title"><h2 id="run-title">The run</h2>
<dl>${entries.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></section>`;
}
