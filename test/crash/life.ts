import { spawn } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { JournalError } from '../../src/bulk/common/errors.js';
import { readRun } from '../../src/bulk/journal/read-journal.js';
import type { RunState } from '../../src/bulk/journal/run-state.js';
import type { Blow, Mode } from './crash-points.js';
import { mailboxes, type Stage } from './stage.js';
import type { SessionOrder } from './strike.js';

/** What a run is put through. */
export interface Plan {
  name: string;
  mode: Mode;
  rows: number;
  /** Mailboxes that it sends from. */
  senders: 1 | 2;
  blows: readonly (Blow | { killedAfter: number })[];
  /** How many of them, from the first, cannot but kill. */
  certain: number;
}

/** What came of it. */
export interface Life {
  /** Kills, each followed by a session that went on. */
  kills: number;
  /** Which of the blows killed. */
  struck: boolean[];
  /** Mails that a single kill left unknown, at most, in one mailbox. */
  mostUnknown: number;
  /** What should not be. */
  faults: string[];
}

/** As many requests to one mailbox as a transport makes at a time. */
const mailboxConcurrency = 4;

/** Longer than any session takes, on any machine. */
const patience = 60_000;

/** Begins a run, kills it as planned, goes on with it until it is complete, and counts at the sandbox what was sent. */
export async function live(stage: Stage, plan: Plan): Promise<Life> {
  const { sandbox } = stage;
  const { mode, blows } = plan;
  sandbox.clear();
  const folder = path.join(stage.folder, 'run');
  await rm(folder, { recursive: true, force: true });
  const life: Life = { kills: 0, struck: [], mostUnknown: 0, faults: [] };
  const faults = { push: (text: string) => life.faults.push(`${plan.name}: ${text}`) };
  /** Rows that were in flight at one of the kills. */
  const inFlight = new Set<number>();
  let before: RunState | undefined;
  // Each session's clock is a minute behind the next one's, so that nothing is waited for in Sent Items.
  let behind = (blows.length + 4) * 61_000;
  const session = (blow: Plan['blows'][number], unknown: SessionOrder['unknown']) => {
    behind -= 61_000;
    return runSession(stage, plan, { folder, unknown, behind }, blow);
  };
  const plain: SessionOrder['unknown'] = mode === 'verify' ? 'verify' : 'hold';

  for (const blow of blows) {
    const ended = await session(blow, plain);
    life.struck.push(ended.killed);
    if (ended.killed) {
      life.kills++;
      const after = await stateIn(folder);
      const { leaves } = 'leaves' in blow ? blow : {};
      if (leaves !== undefined && after?.stateOf(leaves) !== 'left')
        faults.push(`row ${leaves} is ${after?.stateOf(leaves)} after a kill in its pause`);
      if (after) life.mostUnknown = Math.max(life.mostUnknown, ...newlyInFlight(before, after, inFlight));
      before = after;
    } else if (ended.text !== '') checkEnd(ended.text, faults);
  }
  const last: SessionOrder['unknown'][] = mode === 'verify' ? ['verify', 'resend'] : ['hold'];
  for (const kind of last) {
    const ended = await session({}, kind);
    checkEnd(ended.text, faults);
    const state = await stateIn(folder);
    if (!state) {
      faults.push('there is no journal at the end');
      return life;
    }
    checkRows(plan, state, await countSent(stage, plan, faults), { final: kind === 'resend', inFlight }, faults);
    if (state.tally.unknown === 0) break;
  }
  if (life.mostUnknown > mailboxConcurrency) faults.push(`${life.mostUnknown} mails of a mailbox in flight at a kill`);
  await checkFolder(folder, faults);
  return life;
}

interface Faults {
  push: (text: string) => void;
}

async function runSession(
  { sandbox, program, token }: Stage,
  { mode, rows, senders }: Plan,
  about: Pick<SessionOrder, 'folder' | 'unknown' | 'behind'>,
  blow: Plan['blows'][number],
): Promise<{ killed: boolean; text: string }> {
  const own = 'own' in blow ? blow.own : undefined;
  const rules = 'faults' in blow ? (blow.faults ?? []) : [];
  const takeBack = rules.map((rule) => sandbox.fault(rule));
  const order: SessionOrder = {
    ...about,
    rows,
    domain: 'people.example',
    from: mailboxes.slice(0, senders),
    transport: {
      cloud: sandbox.options.cloud,
      token: token(mode),
      delivery: mode === 'draft' ? 'draft' : 'direct',
      onUnknown: mode === 'verify' ? 'verify' : 'fail',
    },
    ...(own && { strike: own }),
  };
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, DATA: JSON.stringify(order) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => child.kill('SIGKILL');
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  child.stderr.on('data', (chunk) => {
    text += chunk;
  });
  const struck = sandbox.stats().faults;
  const watch = setInterval(() => {
    if (!own && rules.length > 0 && sandbox.stats().faults > struck) kill();
  }, 2);
  const timer = setTimeout(kill, 'killedAfter' in blow ? blow.killedAfter : patience);
  const [, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.on('close', (...ended) => resolve(ended));
  });
  clearTimeout(timer);
  clearInterval(watch);
  for (const one of takeBack) one();
  return { killed: signal === 'SIGKILL', text };
}

function checkEnd(text: string, faults: Faults): void {
  const summary = read(text);
  if (!summary) return void faults.push(`the session ended with ${text.slice(0, 500)}`);
  const { rows, sent, rejected, skipped, unknown, left, ended } = summary;
  if (ended !== 'complete' || left !== 0) faults.push(`the session ended ${ended} with ${left} rows left`);
  if (rows !== sent + rejected + skipped + unknown + left) faults.push(`the numbers do not add up: ${text}`);
}

function read(text: string) {
  try {
    const summary = JSON.parse(text) as Record<
      'rows' | 'sent' | 'rejected' | 'skipped' | 'unknown' | 'left',
      number
    > & {
      ended?: string;
    };
    return summary.ended === undefined ? undefined : summary;
  } catch {
    return undefined;
  }
}

/** By row, how many mails the sandbox took. */
async function countSent({ sandbox }: Stage, { rows }: Plan, faults: Faults): Promise<number[]> {
  const counts = new Array<number>(rows + 1).fill(0);
  const messageIds = new Set<string>();
  for (const { to, messageId } of await sandbox.messages()) {
    const row = Number(/^r(\d+)@/.exec(to[0]?.address ?? '')?.[1]);
    if (to.length === 1 && row <= rows) counts[row] = (counts[row] ?? 0) + 1;
    else faults.push(`somebody got a mail who should not: ${to.map(({ address }) => address)}`);
    if (messageIds.has(messageId)) faults.push(`duplicate: two mails with the Message-ID ${messageId}`);
    messageIds.add(messageId);
  }
  counts.forEach((count, row) => {
    if (count > 1) faults.push(`duplicate: row ${row} got ${count} mails`);
  });
  return counts;
}

function checkRows(
  { rows, mode }: Plan,
  state: RunState,
  counts: readonly number[],
  { final, inFlight }: { final: boolean; inFlight: ReadonlySet<number> },
  faults: Faults,
): void {
  for (let row = 1; row <= rows; row++) {
    const is = state.stateOf(row);
    const count = counts[row] ?? 0;
    if (is === 'unknown') {
      if (mode === 'draft' || final) faults.push(`row ${row} is unknown at the end`);
      if (mode === 'verify' && count > 0)
        faults.push(`row ${row} was sent, and is unknown though Sent Items were asked`);
      if (!inFlight.has(row)) faults.push(`row ${row} is unknown, and was not in flight at any kill`);
    } else if (is === 'sent') {
      if (count === 0) faults.push(`row ${row} is recorded as sent, and was not`);
    } else if (is !== 'rejected-send' || count > 0) {
      faults.push(`row ${row} is ${is} at the end, and ${count} mails went out`);
    }
  }
}

/** By mailbox, how many rows came to be in flight since the kill before. */
function newlyInFlight(before: RunState | undefined, after: RunState, all: Set<number>): number[] {
  const known = new Set([...(before?.unknowns() ?? [])].map(({ row }) => row));
  const counts = new Map<string, number>();
  for (const { row, mailbox } of after.unknowns()) {
    all.add(row);
    if (!known.has(row)) counts.set(mailbox, (counts.get(mailbox) ?? 0) + 1);
  }
  return [...counts.values()];
}

async function stateIn(folder: string): Promise<RunState | undefined> {
  try {
    return (await readRun(folder)).state;
  } catch (error) {
    if (error instanceof JournalError && error.code === 'missing') return undefined;
    throw error;
  }
}

/** A report that is there is a whole one, and nothing else is left but a lock that was given back. */
async function checkFolder(folder: string, faults: Faults): Promise<void> {
  for (const name of await readdir(folder)) {
    if (/^(journal\.jsonl|lock\.\d+\.released)$/.test(name) || /^(report|summary)\..*\.tmp$/.test(name)) continue;
    const text = await readFile(path.join(folder, name), 'utf8');
    const whole =
      (name === 'summary.json' && isJson(text)) ||
      (name === 'report.html' && text.trimEnd().endsWith('</html>')) ||
      (name === 'report.csv' && text.endsWith('\n'));
    if (!whole) faults.push(`${name} is left in the run folder, or not whole`);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
