import { OwnCommands } from '../../common/own-commands.js';
import { count, counted, formatDuration, type Times } from '../common/words.js';
import { shareBar, timelineChart } from './chart.js';
import { headlineOf } from './headline.js';
import type { Highlights } from './highlights.js';
import { html, SafeHtml } from './html.js';
import { rowTables } from './html-tables.js';
import { begunByCommand, nextSteps } from './next-steps.js';
import { traceWords } from './report-row.js';
import type { RunFacts } from './run-facts.js';
import type { ReportTotals } from './totals.js';

interface HtmlReportInput {
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
 * The page that a user acts on. It loads nothing and runs nothing (its Content-Security-Policy forbids both), and everything
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

/** Of the report's page: the system's font, its light or dark, and paper. */
const style = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1c2024;--quiet:#5b6470;--line:#dfe3e8;--wash:#f5f7f9;--good:#18794e;--good-fill:#3aa675;--bad:#b42318;--bad-fill:#d9544a;--warn:#8a5a00;--warn-fill:#d99a1c;--skip-fill:#8e99a8;--left-fill:#c9d1db;--link:#1f5fbf}
@media (prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#e8eaed;--quiet:#9aa4b0;--line:#2c333b;--wash:#1c2126;--good:#5fd39a;--good-fill:#2f9468;--bad:#ff8a7f;--bad-fill:#c9483f;--warn:#f0b849;--warn-fill:#c48a17;--skip-fill:#6c7785;--left-fill:#3d4650;--link:#8ab4f8}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
main{max-width:66rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
h1{font-size:1.65rem;line-height:1.25;letter-spacing:-.01em;margin:.4rem 0 .6rem;font-weight:650;text-wrap:balance}
h2{font-size:1.1rem;margin:0 0 .8rem;font-weight:650}
h3{font-size:1rem;margin:0 0 .15rem;font-weight:600}
p{margin:0 0 .7rem;max-width:46rem}
section{margin-top:2.6rem}
a{color:var(--link)}
code,pre{font:.86em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
code{overflow-wrap:anywhere}
pre{margin:.35rem 0 0;padding:.55rem .75rem;background:var(--wash);border:1px solid var(--line);border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere;user-select:all}
.kicker{color:var(--quiet);margin:0;font-size:.9rem}
.state{display:inline-block;font-weight:600;padding:.05rem .6rem;border-radius:1rem;border:1px solid currentColor;margin-right:.5rem}
.state.good{color:var(--good)}.state.look{color:var(--bad)}.state.busy{color:var(--warn)}
.sum{font-variant-numeric:tabular-nums;color:var(--quiet);max-width:none}
.sum b{color:var(--ink);font-weight:600}
.quiet,.hint,small{color:var(--quiet)}
.hint{margin:.15rem 0 0;font-size:.93em}
thead th{white-space:nowrap}
td code{overflow-wrap:anywhere}
.note{border-left:3px solid var(--warn-fill);padding:.1rem 0 .1rem .8rem;margin:1rem 0}
.number{color:var(--quiet);font-weight:400;font-variant-numeric:tabular-nums;margin-left:.3rem}
.shares{display:block;width:100%;height:18px;border-radius:4px}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.3rem;margin:.6rem 0 0;padding:0;font-size:.93rem;font-variant-numeric:tabular-nums}
.legend i{display:inline-block;width:.7em;height:.7em;border-radius:2px;margin-right:.45em;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.legend b{font-weight:600}
.sent,.delivered{fill:var(--good-fill);background:var(--good-fill)}
.failed,.rejected,.bounced{fill:var(--bad-fill);background:var(--bad-fill)}
.throttled,.unknown,.delayed{fill:var(--warn-fill);background:var(--warn-fill)}
.skipped{fill:var(--skip-fill);background:var(--skip-fill)}
.left,.pending{fill:var(--left-fill);background:var(--left-fill)}
figure{margin:0}
figure svg{display:block;width:100%;height:auto}
figcaption{color:var(--quiet);font-size:.93rem;margin-top:.3rem}
.grid{stroke:var(--line)}
.axis{fill:var(--quiet);font-size:11px;font-variant-numeric:tabular-nums}
details{margin-top:.7rem}
summary{cursor:pointer;color:var(--link)}
.steps{list-style:none;margin:0;padding:0;display:grid;gap:1.1rem}
.steps li{border:1px solid var(--line);border-radius:8px;padding:.9rem 1rem}
.steps p{margin:0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.2rem;margin:0}
dt{color:var(--quiet)}
dd{margin:0;overflow-wrap:anywhere}
.scroll{overflow-x:auto;margin-bottom:1.2rem}
table{border-collapse:collapse;width:100%;font-size:.92rem}
caption{text-align:left;color:var(--quiet);padding-bottom:.35rem}
th,td{text-align:left;vertical-align:top;padding:.45rem .8rem .45rem 0;border-top:1px solid var(--line);overflow-wrap:break-word;unicode-bidi:isolate;min-width:4.5rem;max-width:26rem}
tbody th{font-weight:400;color:var(--quiet);font-variant-numeric:tabular-nums}
thead th{font-weight:600;border-top:0}
tbody th small{display:block}
.n{text-align:right;font-variant-numeric:tabular-nums}
footer{margin-top:3rem;padding-top:.8rem;border-top:1px solid var(--line);color:var(--quiet);font-size:.9rem}
@media print{:root{--paper:#fff;--ink:#000;--quiet:#444;--line:#bbb;--wash:#fff;--good:#18794e;--bad:#b42318;--warn:#8a5a00;--good-fill:#3aa675;--bad-fill:#d9544a;--warn-fill:#d99a1c;--skip-fill:#8e99a8;--left-fill:#c9d1db;--link:#000}body{font-size:10pt}main{max-width:none;padding:0}.scroll{overflow:visible}section{margin-top:1.4rem}.steps li,figure,tr{break-inside:avoid}h2,caption,thead{break-after:avoid}}
`;
