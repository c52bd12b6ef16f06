import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Variant } from './variants.js';

/** Where the stub modules are. */
const HERE = path.dirname(fileURLToPath(import.meta.url));

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
  what: 'parse' | 'first' | 'again' | 'fail' | 'rerun' | 'what-if' | 'french' | 'undo' | 'never-seen';
  start: Start;
  /** Which call failed, and how. */
  failed?: string;
  exit: number;
  lines: string[];
  error: string;
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
    timeout: 600_000,
  });
  if (done.status !== 0) throw new Error(`the cases did not run: ${done.stderr}${done.stdout}`);
  const results: { id: string; exit: number; lines: string[]; error: string; state: string }[] = JSON.parse(
    readFileSync(output, 'utf8'),
  );
  return new Map(
    results.map(({ id, exit, lines, error, state }) => {
      const { tenant = {}, control = {} } = state ? JSON.parse(state) : {};
      return [id, { exit, lines, error, tenant, calls: control.calls ?? [] }];
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

/**
 * Runs each script: twice, started both ways; in French; with `-WhatIf`; where nothing that was made is ever seen; its undoing;
 * and with each of its calls made to fail in turn, each time followed by a run without failure.
 */
export function runVariants(variants: readonly Variant[]): Map<Variant, Run[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "setup scripts' $HOME "));
  try {
    const scripts = new Map(variants.map((variant) => [variant, written(folder, variant)]));
    const all = new Map<Variant, Run[]>(variants.map((variant) => [variant, []]));
    const meta = new Map<string, [Variant, Pick<Run, 'what' | 'start' | 'failed'>]>();
    let cases: Case[] = [];
    const add = (
      variant: Variant,
      run: Pick<Run, 'what' | 'start' | 'failed'>,
      chain: string,
      more: Partial<Case> & { first?: boolean },
    ) => {
      const { first, ...rest } = more;
      const id = String(meta.size);
      meta.set(id, [variant, run]);
      cases.push({
        id,
        script: scripts.get(variant) ?? '',
        chain,
        modules: variant.file === 'restrict-mailboxes.ps1' ? 'exchange' : 'graph',
        start: run.start,
        args: variant.args,
        ...(first && { tenant: variant.tenant }),
        ...rest,
        control: {
          ...{ calls: [], failAt: 0, failKind: '', language: 'en', answers: variant.answers },
          ...(first && { clock: 0, lag: 7, made: 0, ...variant.control }),
          ...rest.control,
        },
      });
    };
    const flush = () => {
      for (const [id, result] of runAll(folder, cases)) {
        const [variant, run] = meta.get(id) ?? [];
        if (variant && run) all.get(variant)?.push({ ...run, ...result });
      }
      cases = [];
    };

    for (const variant of variants) {
      add(variant, { what: 'parse', start: 'file' }, 'parse', { parse: true });
      for (const start of STARTS) {
        const chain = `${variant.name} ${start}`;
        add(variant, { what: 'first', start }, chain, { first: true });
        add(variant, { what: 'again', start }, chain, { control: { clock: 1000, answers: variant.answersAgain ?? [] } });
        if (variant.whatIf) {
          const args = { ...variant.args, WhatIf: true };
          add(variant, { what: 'what-if', start }, `${chain} what if`, { first: true, args });
        }
        const french = { language: 'fr', answers: variant.answersInFrench ?? variant.answers };
        add(variant, { what: 'french', start }, `${chain} fr`, { first: true, control: french, culture: 'fr-FR' });
        if (variant.makes) {
          add(variant, { what: 'never-seen', start }, `${chain} never`, { first: true, control: { lag: 1000 } });
        }
      }
    }
    flush();

    for (const variant of variants) {
      const first = all.get(variant)?.find(({ what, start }) => what === 'first' && start === 'command');
      const undo = first && variant.undo?.(first);
      if (first && undo !== undefined) {
        const script = path.join(path.dirname(scripts.get(variant) ?? ''), 'undo.ps1');
        writeFileSync(script, undo);
        const { tenant } = first;
        const control = { clock: 1000 };
        add(variant, { what: 'undo', start: 'command' }, `${variant.name} undo`, { first: true, tenant, control, script, args: {} });
      }
      first?.calls.forEach(({ name }, index) => {
        for (const start of STARTS) {
          for (const failKind of KINDS) {
            const chain = `${variant.name} ${index} ${start} ${failKind}`;
            const failed = `call ${index + 1}, ${name}: ${failKind}`;
            const control = { failAt: index + 1, failKind };
            add(variant, { what: 'fail', start, failed }, chain, { first: true, control });
            if (start === 'command' && failKind === 'write-error') {
              add(variant, { what: 'rerun', start, failed }, chain, { control: { clock: 1000 } });
            }
          }
        }
      });
    }
    flush();
    return all;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A tenant without what differs from run to run: when a thing was made, and ids in the order of their making. */
export function plain(tenant: Tenant, kinds: readonly string[] = Object.keys(tenant)): string {
  const known = new Map<string, string>();
  const json = JSON.stringify(
    kinds.map((kind) => [kind, tenant[kind]]),
    (key, value) => (key === 'at' ? undefined : value),
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
export function startScript(variant: Variant, start: Start, program = 'pwsh') {
  const folder = mkdtempSync(path.join(tmpdir(), "setup scripts' $HOME "));
  try {
    const script = written(folder, variant);
    const state = path.join(folder, 'state.json');
    const control = { calls: [], failAt: 0, failKind: '', language: 'en', answers: [], clock: 0, lag: 0, made: 0 };
    writeFileSync(state, JSON.stringify({ tenant: variant.tenant, control: { ...control, ...variant.control } }));
    const args = Object.entries(variant.args).flatMap(([name, value]) => [`-${name}`, value]);
    const done = spawnSync(
      program,
      start === 'file'
        ? ['-NoProfile', '-File', variant.file, ...args]
        : ['-NoProfile', '-Command', `.${path.sep}${variant.file} ${args.join(' ')}`],
      {
        cwd: path.dirname(script),
        env: { ...environment(), STUB_STATE: state },
        input: variant.answers.map((answer) => `${answer}\n`).join(''),
        encoding: 'utf8',
        timeout: 120_000,
      },
    );
    return { ...done, tenant: JSON.parse(readFileSync(state, 'utf8')).tenant as Tenant };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
