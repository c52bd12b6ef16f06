// Draws mails a second as bars, one panel per scenario. Colours follow the reader's light or dark theme.
import { digits } from './tables.js';

const width = 760;
const labels = 270;
const values = 70;
const bar = { height: 16, step: 22 };
const panel = { head: 30, gap: 16 };

const style = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 }
  .own { font-weight: 600 }
  rect { fill: #8c959f }
  rect.own { fill: #0969da }
  rect.bound { fill: none; stroke: #8c959f }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    rect { fill: #6e7681 }
    rect.own { fill: #4493f8 }
    rect.bound { stroke: #6e7681 }
  }`;

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

export function drawChart(summary) {
  let y = 0;
  const panels = summary.map((scenario) => {
    const drawn = drawPanel(scenario, y);
    y += panel.head + scenario.rows.length * bar.step + panel.gap;
    return drawn;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img" aria-label="Mails a second by subject">
<style>${style}
</style>
${panels.join('\n')}
</svg>
`;
}

function drawPanel({ title, rows }, top) {
  const most = Math.max(...rows.map(({ mailsPerSecond }) => mailsPerSecond));
  const bars = rows.map((row, i) => {
    const y = top + panel.head + i * bar.step;
    const middle = y + bar.height - 3;
    const length = Math.max(1, (row.mailsPerSecond / most) * (width - labels - values));
    const kind = row.own ? 'own' : row.name === 'bare-post' ? 'bound' : 'other';
    return [
      `<text class="${kind}" x="${labels - 8}" y="${middle}" text-anchor="end">${escaped(row.title)}</text>`,
      `<rect class="${kind}" x="${labels}" y="${y}" width="${length.toFixed(1)}" height="${bar.height}" rx="2"/>`,
      `<text class="${kind}" x="${(labels + length + 6).toFixed(1)}" y="${middle}">${digits(row.mailsPerSecond)}</text>`,
    ].join('\n');
  });
  return [`<text class="title" x="0" y="${top + 18}">${escaped(title)}: mails a second</text>`, ...bars].join('\n');
}
