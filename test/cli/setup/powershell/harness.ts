import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Variant } from './variants.js';

/** Where the stub modules are, from the root of the repository: tests and scripts of npm start there. */
const HERE = path.resolve('test/cli/setup/powershell');

export const hasPowerShell = spawnSync('pwsh', ['-NoProfile', '-Command', 'exit 0']).status === 0;

/** `file`: as `pwsh -File script.ps1`; `command`: as `.\script.ps1` in a window. */
export type Start = 'file' | 'command';
export const STARTS: readonly Start[] = ['file', 'command'];

/** What a tenant holds: apps, principals, mailboxes, … by kind. */
export type Tenant = Record<string, unknown>;

interface Call {
  name: string;
  changes: boolean;
  args: string[];
}

/** One run of one script. */
export interface Run {
  what: 'parse' | 'first' | 'again' | 'fail' | 'rerun' | 'what-if' | 'french' | 'undo' | 'never-seen' | 'unproven';
  start: Start;
  /** Which call failed, and how. */
  failed?: string;
  exit: number;
  lines: string[];
  error: string;
  /** The lines of `registered-app.txt`. */
  saved: string[];
  tenant: Tenant;
  calls: Call[];
}

interface Case {
  id: string;
  script: string;
  /** Runs of one chain go on with the tenant of the one before. */
  chain: string;
  modules: 'graph' | 'exchange';
  start?: Start;
  parse?: boolean;
  args?: Record<string, unknown>;
  tenant?: Tenant;
  control?: Record<string, unknown>;
  culture?: string;
}

/** What a failed cmdlet does: writes an error and gives nothing, or ends the statement that called it. */
const KINDS = ['write-error', 'terminating'] as const;

/** The environment in which stub modules are found, and nothing of the administrator's own. */
function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PSModulePath: path.join(HERE, 'modules'),
    POWERSHELL_TELEMETRY_OPTOUT: '1',
    POWERSHELL_UPDATECHECK: 'Off',
    TZ: 'Asia/Kolkata',
  };
}

function runAll(folder: string, cases: readonly Case[]): Map<string, Omit<Run, 'what' | 'start'>> {
  const [input, output] = [path.join(folder, 'cases.json'), path.join(folder, 'results.json')];
  writeFileSync(input, JSON.stringify(cases));
  const done = spawnSync('pwsh', ['-NoProfile', '-File', path.join(HERE, 'run-cases.ps1'), input, output], {
    env: environment(),
    encoding: 'utf8',
    timeout: 1_800_000,
  });
  if (done.status !== 0) throw new Error(`the cases did not run: ${done.stderr}${done.stdout}`);
  const results: (Pick<Run, 'exit' | 'lines' | 'error' | 'saved'> & { id: string; state: string })[] = JSON.parse(
    readFileSync(output, 'utf8'),
  );
  return new Map(
    results.map(({ id, exit, lines, error, saved, state }) => {
      const { tenant = {}, control = {} } = state ? JSON.parse(state) : {};
      return [id, { exit, lines, error, saved, tenant, calls: control.calls ?? [] }];
    }),
  );
}

/** Writes a script with the files that lie beside it. */
function written(folder: string, variant: Variant): string {
  const own = path.join(folder, variant.name.replaceAll(/\W+/g, '-'));
  mkdirSync(own, { recursive: true });
  for (const [name, text] of Object.entries({ ...variant.beside, [variant.file]: variant.script })) {
    writeFileSync(path.join(own, name), text);
  }
  return path.join(own, variant.file);
}

/** Collects runs, and has one PowerShell make them all. */
class Runs {
  readonly #folder: string;
  readonly #scripts = new Map<Variant, string>();
  #cases: Case[] = [];
  #meta: [Variant, Pick<Run, 'what' | 'start' | 'failed'>][] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  script(variant: Variant): string {
    const known = this.#scripts.get(variant) ?? written(this.#folder, variant);
    this.#scripts.set(variant, known);
    return known;
  }

  /** Adds a run to a chain: `tenant` is where the chain begins; without, it goes on with what the run before left. */
  add(
    variant: Variant,
    run: Pick<Run, 'what' | 'start' | 'failed'>,
    more: Partial<Case> & { chain: string },
    tenant?: Tenant,
  ): void {
    const { control, chain, ...rest } = more;
    const begins = tenant && { clock: 0, lag: 7, made: 0, ...variant.control };
    this.#cases.push({
      id: String(this.#meta.push([variant, run]) - 1),
      script: this.script(variant),
      chain: `${variant.name} ${chain}`,
      modules: variant.file === 'restrict-mailboxes.ps1' ? 'exchange' : 'graph',
      start: run.start,
      args: variant.args,
      ...(tenant && { tenant }),
      ...rest,
      control: {
        ...{ calls: [], failAt: 0, failKind: '', language: 'en', answers: variant.answers, allDenied: false },
        ...begins,
        ...control,
      },
    });
  }

  make(into: Map<Variant, Run[]>): void {
    for (const [id, result] of runAll(this.#folder, this.#cases)) {
      const [variant, run] = this.#meta[Number(id)] ?? [];
      if (variant && run) into.set(variant, [...(into.get(variant) ?? []), { ...run, ...result }]);
    }
    this.#cases = [];
    this.#meta = [];
  }
}

function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(path.join(tmpdir(), "setup scripts' $HOME "));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs each script twice, started both ways; in French; with `-WhatIf`; and where nothing that was made is ever seen. */
export function runWell(variants: readonly Variant[]): Map<Variant, Run[]> {
  return inFolder((folder) => {
    const [runs, all] = [new Runs(folder), new Map<Variant, Run[]>()];
    for (const variant of variants) {
      const { tenant } = variant;
      runs.add(variant, { what: 'parse', start: 'file' }, { chain: 'parse', parse: true });
      for (const start of STARTS) {
        runs.add(variant, { what: 'first', start }, { chain: start }, tenant);
        const again = { clock: 1000, answers: variant.answersAgain ?? [] };
        runs.add(variant, { what: 'again', start }, { chain: start, control: again });
        if (variant.whatIf) {
          // Whatever is tested, the answer is no.
          const control = { allDenied: true };
          runs.add(variant, { what: 'unproven', start }, { chain: `${start} unproven`, control }, tenant);
          const args = { ...variant.args, WhatIf: true };
          runs.add(variant, { what: 'what-if', start }, { chain: `${start} what if`, args }, tenant);
        }
        const french = { language: 'fr', answers: variant.answersInFrench ?? variant.answers };
        const more = { chain: `${start} fr`, control: french, culture: 'fr-FR' };
        runs.add(variant, { what: 'french', start }, more, tenant);
        if (variant.makes) {
          runs.add(variant, { what: 'never-seen', start }, { chain: `${start} never`, control: { lag: 1000 } }, tenant);
        }
      }
    }
    runs.make(all);
    return all;
  });
}

/**
 * With each call of the first run made to fail in turn, in both ways that cmdlets have, started both ways; once per call,
 * a run without failure follows. And the undoing of the first run.
 */
export function runFailing(firsts: ReadonlyMap<Variant, readonly Run[]>): Map<Variant, Run[]> {
  return inFolder((folder) => {
    const [runs, all] = [new Runs(folder), new Map<Variant, Run[]>()];
    for (const [variant, made] of firsts) {
      const first = made.find(({ what, start }) => what === 'first' && start === 'command');
      if (!first) continue;
      const undo = variant.undo?.(first);
      if (undo !== undefined) {
        const script = path.join(path.dirname(runs.script(variant)), 'undo.ps1');
        writeFileSync(script, undo);
        const more = { chain: 'undo', script, args: {}, control: { clock: 1000 } };
        runs.add(variant, { what: 'undo', start: 'command' }, more, first.tenant);
      }
      first.calls.forEach(({ name }, index) => {
        for (const start of STARTS) {
          for (const failKind of KINDS) {
            const chain = `${index} ${start} ${failKind}`;
            const failed = `call ${index + 1}, ${name}: ${failKind}`;
            const control = { failAt: index + 1, failKind };
            runs.add(variant, { what: 'fail', start, failed }, { chain, control }, variant.tenant);
            if (start === 'command' && failKind === 'write-error') {
              runs.add(variant, { what: 'rerun', start, failed }, { chain, control: { clock: 1000 } });
            }
          }
        }
      });
    }
    runs.make(all);
    return all;
  });
}

/** Runs each script once, as in a window. */
export function runOnce(variants: readonly Variant[]): Run[] {
  return inFolder((folder) => {
    const [runs, all] = [new Runs(folder), new Map<Variant, Run[]>()];
    for (const variant of variants)
      runs.add(variant, { what: 'first', start: 'command' }, { chain: '' }, variant.tenant);
    runs.make(all);
    return variants.map((variant) => all.get(variant)?.[0] as Run);
  });
}

/** A tenant without what differs from run to run: when a thing was made, and ids in the order of their making. */
function plain(tenant: Tenant, kinds: readonly string[] = Object.keys(tenant)): string {
  const known = new Map<string, string>();
  const json = JSON.stringify(
    kinds.toSorted().map((kind) => [kind, tenant[kind]]),
    (key, value) => {
      if (key === 'at') return undefined;
      if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
      return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    },
  );
  return json.replaceAll(/[0-9a-f]{8}-0000-4000-8000-0000000000aa/g, (id) => {
    if (!known.has(id)) known.set(id, `id${known.size}`);
    return known.get(id) ?? '';
  });
}

const UNDONE = ['apps', 'principals', 'exchangePrincipals', 'assignments', 'scopes', 'policies'];

/** What is wrong with the runs of a script, in words; empty when nothing is. */
export function complaints(variant: Variant, runs: readonly Run[]): string[] {
  const found: string[] = [];
  const first = runs.find(({ what }) => what === 'first');
  for (const run of runs) {
    const text = run.lines.join('\n');
    const told = `${variant.name}, ${run.what}, ${run.start}${run.failed ? `, ${run.failed}` : ''}`;
    const wrong = (what: string) => found.push(`${told}: ${what}\n${text}\n${run.error}`);
    const succeeded = variant.success.test(text);
    const ends = () => {
      if (run.exit !== 0) wrong(`exit code ${run.exit}`);
      if (text.includes('ERROR: ')) wrong('an error was passed over');
    };
    switch (run.what) {
      case 'parse':
        if (run.exit !== 0) wrong('the parser refuses it');
        break;
      case 'first':
      case 'french':
        ends();
        if (!succeeded) wrong('no word of success');
        for (const what of variant.check(run)) wrong(what);
        break;
      case 'again':
        ends();
        if (!succeeded) wrong('no word of success');
        if (run.calls.some(({ changes }) => changes)) wrong('a second run changes something');
        if (first && plain(run.tenant) !== plain(first.tenant)) wrong('a second run leaves another tenant');
        break;
      case 'what-if':
        ends();
        if (plain(run.tenant) !== plain(variant.tenant)) wrong('a tenant is changed by -WhatIf');
        if (run.calls.some(({ changes }) => changes)) wrong('-WhatIf calls what changes something');
        for (const line of variant.whatIf ?? []) if (!text.includes(line)) wrong(`-WhatIf does not say: ${line}`);
        break;
      case 'never-seen':
        if (run.exit === 0 || succeeded) wrong('success, although what was made is not to be seen');
        break;
      case 'unproven':
        if (run.exit === 0 || succeeded) wrong('success, although nothing was proven');
        break;
      case 'undo':
        ends();
        if (plain(run.tenant, UNDONE) !== plain(variant.tenant, UNDONE)) wrong('the undoing leaves something');
        break;
      case 'fail':
        if (run.exit === 0) wrong('exit code 0 although a cmdlet failed');
        if (succeeded) wrong('success although a cmdlet failed');
        if (run.lines.at(-1) !== '##FAILED##') wrong('it went on after a cmdlet had failed');
        if (!run.error.includes('Injected failure')) wrong('it does not say what failed');
        break;
      case 'rerun':
        ends();
        if (first && plain(run.tenant) !== plain(first.tenant)) wrong('a run after a failed one leaves another tenant');
        break;
    }
  }
  return found;
}

/** Starts a script in a process of its own, as an administrator would; answers come by standard input. */
export function startScript(variant: Variant, start: Start) {
  return inFolder((folder) => {
    const script = written(folder, variant);
    const state = path.join(folder, 'state.json');
    const control = { calls: [], failAt: 0, failKind: '', language: 'en', answers: [], clock: 0, lag: 0, made: 0 };
    writeFileSync(state, JSON.stringify({ tenant: variant.tenant, control: { ...control, ...variant.control } }));
    const args = Object.entries(variant.args).flatMap(([name, value]) => [`-${name}`, value]);
    const file = ['-File', variant.file, ...args];
    const command = ['-Command', `.${path.sep}${variant.file} ${args.join(' ')}`];
    const done = spawnSync('pwsh', ['-NoProfile', ...(start === 'file' ? file : command)], {
      cwd: path.dirname(script),
      env: { ...environment(), STUB_STATE: state },
      input: variant.answers.map((answer) => `${answer}\n`).join(''),
      encoding: 'utf8',
      timeout: 120_000,
    });
    return { ...done, tenant: JSON.parse(readFileSync(state, 'utf8')).tenant as Tenant };
  });
}
