import { classifyStatus } from '../bounces/bounce-status.js';
import { count, counted, type Times } from '../common/words.js';
import type { Highlights, Reason, Shown } from './highlights.js';
import { html, type SafeHtml } from './html.js';
import { type ReportRow, traceWords } from './report-row.js';

/** The rows that a user has to look at, and why. */
export function rowTables(found: Highlights, times: Times): SafeHtml {
  return html`${unknownTable(found.unknown, times)}${failedTable(found.failed, found.errors, times)}${bouncedTable(found.bounced, found.bounces)}${undeliveredTable(found.undelivered, times)}`;
}

function unknownTable(shown: Shown, times: Times): SafeHtml {
  const problem = problems();
  return section('unknown', 'Unknown', shown, [
    html`<p>Each of these may have been sent, or not. Find the mail in Sent Items of its mailbox by its Message-ID before anybody gets it again.</p>`,
    table(
      'Mails of which nobody knows whether they were sent',
      ['Row', 'Recipient', 'What happened', 'Where to look', 'Attempted'],
      shown.rows.map((row) => [
        rowNumber(row),
        addressOf(row),
        html`${problem(row)}${row.bounce !== undefined && html`<p class="hint">A bounce came back: it was sent.</p>`}`,
        html`${row.mailbox}<p class="hint"><code>${row.messageId}</code></p>`,
        row.firstAttemptAt !== undefined && times.moment(row.firstAttemptAt),
      ]),
    ),
  ]);
}

function failedTable(shown: Shown, reasons: readonly Reason[], times: Times): SafeHtml {
  const problem = problems();
  return section('rejected', 'Rejected', shown, [
    reasonTable('Why rows were rejected', 'Error', reasons),
    table(
      'Rejected rows',
      ['Row', 'Recipient', 'What happened', 'Error', 'When'],
      shown.rows.map((row) => [
        rowNumber(row),
        addressOf(row),
        problem(row),
        html`<code>${row.error?.code}</code>${row.requestId !== undefined && html`<p class="hint">Request <code>${row.requestId}</code></p>`}`,
        row.finishedAt !== undefined && times.moment(row.finishedAt),
      ]),
    ),
  ]);
}

function bouncedTable(shown: Shown, reasons: readonly Reason[]): SafeHtml {
  const meaning = (code: string, words: string) => classifyStatus(code === 'no code' ? undefined : code, words).meaning;
  return section('bounced', 'Bounced', shown, [
    reasonTable(
      'Why mails bounced',
      'Status',
      reasons.map((reason) => ({ ...reason, example: meaning(reason.code, reason.example) })),
    ),
    table(
      'Bounced mails',
      ['Row', 'Recipient', 'What it means', 'Status', 'What the mail server said'],
      shown.rows.map((row) => [
        rowNumber(row),
        row.bounce?.recipient,
        html`${classifyStatus(row.bounce?.status, row.bounce?.reason).meaning}${row.bounce?.hard && html`<p class="hint">Write to this address no more.</p>`}`,
        row.bounce?.status !== undefined && html`<code>${row.bounce.status}</code>`,
        row.bounce?.reason,
      ]),
    ),
  ]);
}

function undeliveredTable(shown: Shown, times: Times): SafeHtml {
  return section('undelivered', 'Not delivered, by message trace', shown, [
    table(
      'Mails that Exchange did not deliver, and of which no bounce came',
      ['Row', 'Recipient', 'Status', 'Message-ID', 'Taken by Exchange'],
      shown.rows.map((row) => [
        rowNumber(row),
        addressOf(row),
        row.trace && traceWords[row.trace.status],
        html`<code>${row.messageId}</code>`,
        row.trace?.receivedAt !== undefined && times.moment(row.trace.receivedAt),
      ]),
    ),
  ]);
}

function section(id: string, title: string, shown: Shown, body: readonly (SafeHtml | undefined)[]): SafeHtml {
  if (shown.all === 0) return html``;
  const more = shown.all - shown.rows.length;
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title} <span class="number">${count(shown.all)}</span></h2>
${body}
${more > 0 && html`<p class="quiet">${counted(more, 'more row')} ${more === 1 ? 'is' : 'are'} in report.csv.</p>`}
</section>
`;
}

function reasonTable(caption: string, first: string, reasons: readonly Reason[]): SafeHtml | undefined {
  // With one row, or as many reasons as rows, it would say nothing new.
  if (!reasons.some(({ rows }) => rows > 1)) return undefined;
  return table(
    caption,
    [first, 'Rows', 'For instance'],
    reasons
      .slice(0, 20)
      .map(({ code, rows, example, hint }) => [
        html`<code>${code}</code>`,
        count(rows),
        html`${example}${hint !== undefined && html`<p class="hint">${hint}</p>`}`,
      ]),
  );
}

function table(caption: string, columns: readonly string[], rows: readonly Cell[][]): SafeHtml {
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([first, ...others]) => html`<tr><th scope="row">${first}</th>${others.map((cell) => html`<td>${cell}</td>`)}</tr>
`,
  )}</tbody></table></div>
`;
}

type Cell = string | number | undefined | false | SafeHtml;

function rowNumber({ number, line }: ReportRow): SafeHtml {
  return html`${count(number)}${line !== undefined && line !== number && html` <small>line ${count(line)}</small>`}`;
}

function addressOf({ values, bounce }: ReportRow): string | undefined {
  return typeof values?.email === 'string' ? values.email : bounce?.recipient;
}

/** What happened to a row, with what to do about it. The same advice stands only where it comes first: it may fit a thousand rows. */
function problems(): (row: ReportRow) => SafeHtml {
  const given = new Set<string>();
  return ({ error }) => {
    const hint = error?.hint !== undefined && !given.has(error.hint) ? error.hint : undefined;
    if (hint !== undefined) given.add(hint);
    return html`${error?.message}${hint !== undefined && html`<p class="hint">${hint}</p>`}`;
  };
}
