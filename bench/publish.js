// Writes docs/benchmarks.md, between its markers, and docs/benchmarks.svg.
import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { drawChart } from './chart.js';
import { markdownTable } from './tables.js';

const page = new URL('../docs/benchmarks.md', import.meta.url);
const chart = new URL('../docs/benchmarks.svg', import.meta.url);
const [begin, end] = ['<!-- figures -->', '<!-- end of figures -->'];

export function publish({ summary, sandbox, targets, rounds, date }) {
  const text = readFileSync(page, 'utf8');
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`docs/benchmarks.md has no ${begin} … ${end}.`);
  writeFileSync(page, `${before}${begin}\n\n${figures({ summary, sandbox, targets, rounds, date })}\n\n${end}${after}`);
  writeFileSync(chart, drawChart(summary));
}

function figures({ summary, sandbox, targets, rounds, date }) {
  const [{ model }] = os.cpus();
  const machine = `${os.cpus().length} × ${model.trim()}, ${os.type()} ${os.arch()}, Node.js ${process.version}`;
  return [
    `${date}, ${machine}; medians of ${rounds} rounds; \`npm run bench\`.`,
    '![Mails a second by subject](benchmarks.svg)',
    ...summary.map((scenario) => `### ${scenario.title}\n\n${markdownTable(scenario)}`),
    `### The sandbox\n\n| | | |\n| --- | ---: | --- |\n${sandbox.lines.map((line) => `| ${line.join(' | ')} |`).join('\n')}`,
    `### Targets\n\n${targets.map(({ met, text }) => `- ${met ? 'met' : '**not met**'}: ${text}`).join('\n')}`,
  ].join('\n\n');
}
