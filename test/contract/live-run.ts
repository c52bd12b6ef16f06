import { type Case, isSandboxCase, type Permission } from './case.js';
import { topics } from './cases/index.js';
import { differences } from './expected.js';
import { permissionsOf } from './permissions.js';
import { questions, unanswerable } from './questions/index.js';
import type { Target } from './target.js';

export type Verdict = 'held' | 'did not hold' | 'not tried';

export interface LiveResult {
  cases: Record<Verdict, number>;
  questions: Record<Verdict, number>;
}

const none = (): Record<Verdict, number> => ({ held: 0, 'did not hold': 0, 'not tried': 0 });

/**
 * Tries the contract and then the open questions, one after the other, and deletes the drafts it made. `signal` ends it
 * before the next.
 */
export async function runLive(
  target: Target,
  print: (line: string) => void,
  signal?: AbortSignal,
): Promise<LiveResult> {
  const result: LiveResult = { cases: none(), questions: none() };
  const report = (verdict: Verdict, what: string, counts: Record<Verdict, number>, detail = ''): void => {
    counts[verdict] += 1;
    print(`  ${verdict.padEnd(13)} ${what}${detail === '' ? '' : `\n${' '.repeat(16)}${detail}`}`);
  };
  const permissions = await permissionsOf(target);
  print(`Run ${target.run}: ${target.place.mailbox}, mail to ${target.place.to.join(', ')} only`);
  print(`The application has: ${[...permissions].join(', ') || 'no permission'}`);
  try {
    for (const { topic, cases } of topics) {
      print(`\n${topic}`);
      for (const one of cases) {
        signal?.throwIfAborted();
        const [verdict, detail] = await tryCase(one, target, permissions);
        report(verdict, `${one.behaviour} (${one.mark})`, result.cases, detail);
      }
      await target.deleteDrafts();
    }
    print('\nOpen questions');
    for (const { topic, assumption, needs = [], look } of questions) {
      signal?.throwIfAborted();
      const lacking = needs.find((one) => !permissions.has(one));
      const finding = lacking ? `needs ${lacking}` : await look(target).catch(failed);
      const [verdict, detail]: [Verdict, string] =
        typeof finding === 'string' ? ['not tried', finding] : [finding.held ? 'held' : 'did not hold', finding.seen];
      report(verdict, `${topic}: ${assumption}`, result.questions, detail);
    }
    for (const { topic, assumption, because } of unanswerable) {
      report('not tried', `${topic}: ${assumption}`, result.questions, because);
    }
  } finally {
    const left = await target.deleteDrafts();
    if (left > 0)
      print(`\nDrafts that could not be deleted: ${left}; their subjects have [contract test ${target.run}]`);
  }
  print(`\nContract:       ${summary(result.cases)}`);
  print(`Open questions: ${summary(result.questions)}`);
  return result;
}

async function tryCase(one: Case, target: Target, has: ReadonlySet<Permission>): Promise<[Verdict, string]> {
  if (isSandboxCase(one)) return ['not tried', `only in a sandbox: ${one.because}`];
  const lacking = (one.needs ?? []).find((permission) => !has.has(permission));
  if (lacking) return ['not tried', `needs ${lacking}`];
  try {
    const reply = await one.ask(target);
    const found = differences(reply, one.answer);
    if (found.length === 0) await one.also?.(target, reply);
    return found.length === 0 ? ['held', ''] : ['did not hold', found.join('; ')];
  } catch (error) {
    return ['did not hold', String(error)];
  }
}

function failed(error: unknown): string {
  return `it failed: ${String(error)}`;
}

function summary(counts: Record<Verdict, number>): string {
  return Object.entries(counts)
    .map(([verdict, count]) => `${count} ${verdict}`)
    .join(', ');
}
