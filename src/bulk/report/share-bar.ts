import { count, share } from '../common/words.js';
import { html, type SafeHtml } from './html.js';

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
