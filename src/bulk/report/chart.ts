import { count, counted, formatDuration, share, type Times } from '../common/words.js';
import { html, type SafeHtml } from './html.js';
import type { Bucket, TimelineView } from './timeline.js';

const chart = { width: 860, height: 190, left: 44, top: 12, bottom: 24, strip: 12 };

/** The timeline as a picture that needs no script, with the same in words and, behind a click, in figures. */
export function timelineChart({ width, buckets }: TimelineView, times: Times): SafeHtml {
  if (buckets.length === 0) return html`<p class="quiet">Nothing has been sent yet.</p>`;
  const top = niceCeiling(Math.max(1, ...buckets.map(({ sent, failed }) => sent + failed)));
  const plot = chart.height - chart.top - chart.bottom - chart.strip;
  const floor = chart.top + plot;
  const barPitch = (chart.width - chart.left) / buckets.length;
  const x = (i: number) => round(chart.left + i * barPitch);
  const tall = (value: number) => round((value / top) * plot);
  const gap = barPitch > 4 ? 1 : 0;
  const bars = buckets.map((bucket, i) => {
    const sent = tall(bucket.sent);
    const failed = tall(bucket.failed);
    const wide = round(Math.max(barPitch - gap, 0.5));
    return html`<g><title>${wordsFor(bucket, times, width)}</title>
${bucket.sent > 0 && html`<rect class="sent" x="${x(i)}" y="${round(floor - sent)}" width="${wide}" height="${sent}"/>`}
${bucket.failed > 0 && html`<rect class="failed" x="${x(i)}" y="${round(floor - sent - Math.max(failed, 2))}" width="${wide}" height="${Math.max(failed, 2)}"/>`}
${bucket.throttled > 0 && html`<rect class="throttled" x="${x(i)}" y="${floor + 4}" width="${wide}" height="5"/>`}</g>`;
  });
  const lines = [0, top / 2, top].map(
    (
      value,
    ) => html`<line class="grid" x1="${chart.left}" x2="${chart.width}" y1="${round(floor - tall(value))}" y2="${round(floor - tall(value))}"/>
<text class="axis" x="${chart.left - 8}" y="${round(floor - tall(value) + 4)}" text-anchor="end">${count(value)}</text>`,
  );
  return html`<figure>
<svg viewBox="0 0 ${chart.width} ${chart.height}" role="img" aria-labelledby="chart-words">
${lines}
${bars}
${timeLabels(buckets, width, times, x)}
</svg>
<ul class="legend"><li><i class="sent"></i>Sent</li><li><i class="failed"></i>Rejected or unknown</li><li><i class="throttled"></i>Asked to wait (throttled)</li></ul>
<figcaption id="chart-words">${summaryOf(buckets, width, times)}</figcaption>
</figure>
<details><summary>The chart in figures</summary>
<div class="scroll" role="region" aria-label="The chart in figures" tabindex="0"><table>
<thead><tr><th scope="col">From</th><th scope="col" class="n">Sent</th><th scope="col" class="n">Rejected or unknown</th><th scope="col" class="n">Throttled</th></tr></thead>
<tbody>${buckets.map(
    (bucket) =>
      html`<tr><th scope="row">${times.moment(bucket.at)}</th><td class="n">${count(bucket.sent)}</td><td class="n">${count(bucket.failed)}</td><td class="n">${count(bucket.throttled)}</td></tr>
`,
  )}</tbody></table></div></details>`;
}

function timeLabels(buckets: readonly Bucket[], width: number, times: Times, x: (i: number) => number): SafeHtml[] {
  // At most eight: more run into each other on a narrow page.
  const every = Math.max(1, Math.ceil(buckets.length / 8));
  const days = width * buckets.length > 36 * 3_600_000;
  return buckets.flatMap(({ at }, i) =>
    i % every === 0
      ? html`<text class="axis" x="${x(i)}" y="${chart.height - 6}">${days ? times.day(at) : times.clock(at)}${days && width < 86_400_000 ? ` ${times.clock(at)}` : ''}</text>`
      : [],
  );
}

function wordsFor(bucket: Bucket, times: Times, width: number): string {
  const also = [
    ...(bucket.failed > 0 ? [`${count(bucket.failed)} rejected or unknown`] : []),
    ...(bucket.throttled > 0 ? [`throttled ${counted(bucket.throttled, 'time')}`] : []),
  ];
  return [`${times.full(bucket.at)}, ${formatDuration(width)}: ${count(bucket.sent)} sent`, ...also].join(', ');
}

function summaryOf(buckets: readonly Bucket[], width: number, times: Times): string {
  const best = buckets.reduce((most, bucket) => (bucket.sent > most.sent ? bucket : most));
  const throttled = buckets.reduce((sum, bucket) => sum + bucket.throttled, 0);
  const bar = width === 60_000 ? 'a minute' : formatDuration(width);
  return [
    `Mails over time; each bar is ${bar}.`,
    `The most were ${count(best.sent)}, at ${times.full(best.at)}.`,
    throttled === 0 ? 'The service never asked to wait.' : `The service asked to wait ${counted(throttled, 'time')}.`,
  ].join(' ');
}

/** The next even number that is round: half of it is written on the axis too. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const found = [1, 2, 3, 4, 5, 6, 8, 10].map((factor) => factor * power).find((nice) => nice >= value) ?? value;
  return found % 2 === 0 ? found : found + 1;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

type Part = readonly [kind: string, name: string, rows: number];

/** Parts of a whole as a bar, and the same in figures beneath it. */
export function shareBar(whole: number, parts: readonly Part[]): SafeHtml {
  const present = parts.filter(([, , rows]) => rows > 0);
  const words = present.map(([, name, rows]) => `${name} ${share(rows, whole)}`).join(', ');
  const wide = widths(present, whole);
  let x = 0;
  const rects = present.map(([kind], i) => {
    const rect = html`<rect class="${kind}" x="${x}" y="0" width="${wide[i]}" height="18"/>`;
    x = Math.round((x + (wide[i] ?? 0)) * 100) / 100;
    return rect;
  });
  return html`<svg class="shares" viewBox="0 0 1000 18" preserveAspectRatio="none" role="img" aria-label="${words || 'Nothing yet'}">${rects}</svg>
<ul class="legend">${present.map(
    ([kind, name, rows]) =>
      html`<li><i class="${kind}"></i>${name} <b>${count(rows)}</b> <span class="quiet">${share(rows, whole)}</span></li>`,
  )}</ul>`;
}

/** In thousandths. One of a million rows must still be seen. */
function widths(parts: readonly Part[], whole: number): number[] {
  const least = 4;
  const wanted = parts.map(([, , rows]) => Math.max(least, (1000 * rows) / whole));
  const all = wanted.reduce((sum, width) => sum + width, 0);
  return wanted.map((width) => Math.round((width * 100_000) / all) / 100);
}
