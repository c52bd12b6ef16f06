import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What the stub knows of its tenant. */
export interface AzState {
  tenant: string;
  apps: { id: string; appId: string; displayName: string; keys: string[]; ends?: string[] }[];
  principals: { id: string; appId: string; roles: string[] }[];
}

export const TENANT = '77777777-1111-2222-3333-444444444444';
export const GRAPH_PRINCIPAL = '88888888-1111-2222-3333-444444444444';

/** A stand-in for Azure CLI, on the PATH of scripts: keeps a small tenant in a file and logs every call. */
export class StubAz {
  readonly #folder: string;

  constructor(folder: string, state: Partial<AzState> = {}) {
    this.#folder = path.join(folder, 'stub az');
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(path.join(this.#folder, 'az'), `#!${process.execPath}\n${STUB}`);
    chmodSync(path.join(this.#folder, 'az'), 0o755);
    const graph = { id: GRAPH_PRINCIPAL, appId: '00000003-0000-0000-c000-000000000000', roles: [] };
    this.state = { tenant: TENANT, apps: [], ...state, principals: [graph, ...(state.principals ?? [])] };
  }

  get state(): AzState {
    return JSON.parse(readFileSync(this.#file, 'utf8'));
  }

  set state(state: AzState) {
    writeFileSync(this.#file, JSON.stringify(state));
  }

  /** The arguments of every call so far. */
  get calls(): string[][] {
    const log = path.join(this.#folder, 'calls.jsonl');
    return existsSync(log)
      ? readFileSync(log, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
      : [];
  }

  /** Runs a script with the stub on its PATH. */
  run(script: string, args: string[] = [], input = ''): { status: number | null; stdout: string; stderr: string } {
    const env = { ...process.env, PATH: `${this.#folder}${path.delimiter}${process.env.PATH}` };
    return spawnSync('bash', [script, ...args], { env, input, encoding: 'utf8', timeout: 60_000 });
  }

  get #file(): string {
    return path.join(this.#folder, 'state.json');
  }
}

/** Plain JavaScript: it runs as a program. Lines end with CR LF, as they do on Windows. */
const STUB = `
const { appendFileSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { randomUUID, X509Certificate, createHash } = require('node:crypto');
const args = process.argv.slice(2);
appendFileSync(path.join(__dirname, 'calls.jsonl'), JSON.stringify(args) + '\\n');
const stateFile = path.join(__dirname, 'state.json');
const state = JSON.parse(readFileSync(stateFile, 'utf8'));
const save = () => writeFileSync(stateFile, JSON.stringify(state));
const flag = (name) => {
  const at = args.findIndex((one) => one === name || one.startsWith(name + '='));
  if (at === -1) return undefined;
  return args[at].includes('=') && args[at].startsWith(name + '=') ? args[at].slice(name.length + 1) : args[at + 1];
};
const print = (...lines) => process.stdout.write(lines.map((line) => line + '\\r\\n').join(''));
const fail = (text) => { process.stderr.write('ERROR: ' + text + '\\n'); process.exit(1); };
const command = args.filter((one, index) => !one.startsWith('-') && index < 4).join(' ');
// OData strings: quotes in them are doubled.
const filterValue = () => /eq '(.*)'$/s.exec(flag('--filter'))[1].replaceAll("''", "'");
const app = () => state.apps.find(({ appId }) => appId === flag('--id')) ?? fail('no app ' + flag('--id'));
if (command.startsWith('account show')) {
  if (!state.tenant) fail("Please run 'az login' to setup account.");
  print(state.tenant);
} else if (command.startsWith('ad app list')) {
  const name = filterValue();
  print(...state.apps.filter(({ displayName }) => displayName === name).map(({ appId }) => appId));
} else if (command.startsWith('ad app create')) {
  const displayName = flag('--display-name');
  if (state.apps.some((one) => one.displayName === displayName)) fail('this would have changed an existing app');
  state.apps.push({ id: randomUUID(), appId: randomUUID(), displayName, keys: [] });
  save();
  print(state.apps.at(-1).appId);
} else if (command.startsWith('ad app show')) {
  print(app().id);
} else if (command.startsWith('ad app credential reset')) {
  const file = flag('--cert');
  const { raw } = new X509Certificate(readFileSync(file.slice(1)));
  const one = app();
  if (!args.includes('--append')) one.keys = [];
  // As Azure CLI has it: a year, unless it is told.
  (one.ends ??= []).push(flag('--end-date') ?? 'a year');
  one.keys.push(raw.toString('base64'));
  save();
} else if (command.startsWith('ad sp list')) {
  const wanted = filterValue();
  print(...state.principals.filter(({ appId }) => appId === wanted).map(({ id }) => id));
} else if (command.startsWith('ad sp create')) {
  state.principals.push({ id: randomUUID(), appId: app().appId, roles: [] });
  save();
  print(state.principals.at(-1).id);
} else if (args[0] === 'rest') {
  const url = new URL(flag('--url'));
  const [, , collection, id] = url.pathname.split('/');
  if (collection === 'applications') {
    const { keys } = state.apps.find((one) => one.id === id);
    const shown = keys.map((key) => ({ key, customKeyIdentifier: createHash('sha1').update(Buffer.from(key, 'base64')).digest('hex').toUpperCase() }));
    print(JSON.stringify(shown, null, 2));
  } else {
    const principal = state.principals.find((one) => one.id === id);
    if (flag('--method') === 'POST') {
      const { principalId, resourceId, appRoleId } = JSON.parse(flag('--body'));
      if (principalId !== id || resourceId !== '${GRAPH_PRINCIPAL}') fail('a wrong assignment');
      principal.roles.push(appRoleId);
      save();
    } else print(...principal.roles);
  }
} else fail('the stub knows no ' + args.join(' '));
`;
