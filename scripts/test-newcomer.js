// Follows README and guide as a new user would, in an empty folder, with this package as it is packed, on the oldest
// Node and on Node 24; see test/newcomer. Arguments choose among these by their major versions.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Terminals } from '../test/newcomer/terminal.js';
import { walk } from '../test/newcomer/walk.js';
import { installOtherNodes, nodeBinary, runningMajor } from './other-nodes.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const work = mkdtempSync(path.join(tmpdir(), 'newcomer-'));
const chosen = process.argv.slice(2).map(Number);
const majors = [20, 24].filter((major) => chosen.length === 0 || chosen.includes(major));
let terminals;

process.on('exit', () => {
  terminals?.close();
  rmSync(work, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

/** Flags for other ports than the sandbox's own, where something listens on these. */
async function sandboxFlags() {
  const listening = (port) =>
    new Promise((resolve) => {
      const server = createServer();
      server.on('error', () => resolve(undefined));
      server.listen(port, '127.0.0.1', () => resolve(server));
    });
  const free = async (ports) => {
    const servers = [];
    for (const port of ports) servers.push(await listening(port));
    const numbers = servers.map((server) => server?.address().port);
    for (const server of servers) server?.close();
    return numbers;
  };
  if (!(await free([8443, 8025])).includes(undefined)) return '';
  const [port, inboxPort] = await free([0, 0]);
  console.log(`Port 8443 or 8025 is in use: the sandbox takes ${port} and ${inboxPort}`);
  return ` --port ${port} --inbox-port ${inboxPort}`;
}

/** The environment of a freshly opened terminal, with `node` being this one. */
function freshEnvironment(node) {
  const own = process.env.PATH.split(path.delimiter).filter((folder) => !/node_modules/.test(folder));
  return { HOME: homedir(), PATH: [path.dirname(node), ...own].join(path.delimiter), NO_UPDATE_NOTIFIER: '1' };
}

/** What npm needs here to reach its registry. */
function installEnvironment() {
  const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8', cwd: work }).trim();
  const passed = Object.entries(process.env).filter(([name]) =>
    /^(https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS)$/i.test(name),
  );
  return { npm_config_registry: registry, ...Object.fromEntries(passed) };
}

async function walkOn(major, tarball, installEnv) {
  const started = Date.now();
  const node = nodeBinary(major);
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  const folder = path.join(work, `node${major}`);
  mkdirSync(folder);
  terminals = new Terminals(folder, freshEnvironment(node));
  let failure;
  try {
    await walk({ terminals, folder, root, tarball, sandboxFlags: await sandboxFlags(), installEnv });
  } catch (error) {
    failure = error;
  }
  terminals.close();
  if (failure) {
    console.log(terminals.transcript);
    console.log(`\n✗ Node ${version}: ${failure.message}`);
    process.exitCode = 1;
    return;
  }
  const seconds = Math.round((Date.now() - started) / 1000);
  console.log(`✓ Node ${version}: ${terminals.pasted} commands pasted, all as printed; ${seconds} s`);
}

execFileSync('npm', ['pack', '--silent', '--pack-destination', work], { cwd: root, stdio: 'ignore' });
const tarball = path.join(
  work,
  readdirSync(work).find((name) => name.endsWith('.tgz')),
);
if (majors.some((major) => major !== runningMajor)) installOtherNodes();
const installEnv = installEnvironment();
for (const major of majors) await walkOn(major, tarball, installEnv);
