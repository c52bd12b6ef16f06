// What a runtime makes of a mail: which requests leave, and what is told. Run with the Node that runs the tests, or with
// the command in TEST_RUNTIME (JSON).
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { beforeAll, expect, test } from 'vitest';
import { startProxy } from '../helpers/proxy-server.js';
import { root } from '../helpers/run-node.js';
import { accept, type Case, promptCases, silentCases, stop, stoppedCases } from './cases.js';
import { type Arrived, startByteServer } from './server.js';

const command: string[] = process.env.TEST_RUNTIME ? JSON.parse(process.env.TEST_RUNTIME) : [process.execPath];
/** Deno makes requests again by itself on connections that are kept, so none may be. */
const keeps = path.basename(command[0] ?? '') !== 'deno';

interface Played {
  /** What was told of each mail, by its mailbox. */
  told: Record<string, object>;
  /** Requests for the last mail, by the last step of their path. */
  requests: Record<string, number>;
  reused: boolean;
}

/**
 * Runs the program with the cases.
 * @param stop milliseconds for which the process is stopped when a request of each has come, before any is answered
 */
async function play(cases: readonly Case[], stop?: number): Promise<Played[]> {
  const played: Played[] = cases.map(() => ({ told: {}, requests: {}, reused: false }));
  let output = '';
  let held: (() => void)[] = [];
  const stopped = async () => {
    const answers = held;
    held = [];
    child.kill('SIGSTOP');
    for (const answer of answers) answer();
    await new Promise((resolve) => setTimeout(resolve, stop));
    child.kill('SIGCONT');
  };
  const arrived = (request: Arrived) => {
    const where = decodeURIComponent(request.path);
    const [, number, mailbox = 'last'] =
      /\/users\/(\d+)\.(\w+)/.exec(where) ?? /^\/[0-9a-f-]+-(\d+)\//.exec(where) ?? [];
    const index = Number(number);
    const one = cases[index];
    const seen = played[index];
    if (!one || !seen) return request.answer(404);
    const say = (word: string) => void child.stdin.write(`${word} ${index}\n`);
    if (mailbox !== 'last') return (one.first ?? accept)(request, { count: 0, say });
    const step = path.posix.basename(where);
    const count = seen.requests[step] ?? 0;
    seen.requests[step] = count + 1;
    seen.reused = request.earlier > 0;
    const answer = () => one.act(request, { count, say });
    if (stop === undefined || !/sendMail|token/.test(step)) return answer();
    held.push(answer);
    if (held.length === cases.length) void stopped();
    else if (seen.requests.token && step === 'sendMail') answer();
  };
  const server = await startByteServer(arrived);
  const proxy = await startProxy({ connect: ({ target, open }) => open(Number(target.split(':')[1])) });
  const task = { origin: server.origin, ca: server.ca, proxy: proxy.url, cases };
  const [file = '', ...args] = command;
  const child = spawn(file, [...args, path.join(import.meta.dirname, 'program.mjs')], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '', TASK: JSON.stringify(task) },
  });
  child.stdin.on('error', () => {});
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    output += `${line}\n`;
    if (!line.startsWith('{')) return;
    const { index, mailbox, ...told } = JSON.parse(line);
    const seen = played[index];
    if (seen) seen.told[mailbox] = told;
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), 50_000);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  await proxy.close();
  await server.close();
  if (code !== 0) console.error(`the program ended with ${code}\n${output}`);
  return played;
}

function check({ mailboxes, expected, requests, reused }: Case, played: Played | undefined): void {
  for (const mailbox of mailboxes.slice(0, -1)) expect(played?.told[mailbox]).toMatchObject({ outcome: 'sent' });
  expect({ ...played?.told.last, requests: played?.requests }).toMatchObject({ ...expected, requests });
  expect(played?.requests).toEqual(requests);
  if (reused !== undefined) expect(played?.reused, 'whether the connection was used before').toBe(reused);
}

const prompt = promptCases(keeps);
const silent = silentCases(keeps);
const played = new Map<Case, Played>();
beforeAll(async () => {
  const note = (cases: readonly Case[]) => (all: Played[]) => {
    for (const [index, one] of cases.entries()) played.set(one, all[index] as Played);
  };
  await play(prompt).then(note(prompt));
  // They mostly wait.
  await Promise.all([play(silent).then(note(silent)), play(stoppedCases, stop).then(note(stoppedCases))]);
}, 120_000);

test.each([...prompt, ...silent].map((one) => [one.name, one] as const))(
  'one request and a true outcome, with %s',
  (_, one) => check(one, played.get(one)),
);

test.each(stoppedCases.map((one) => [one.name, one] as const))(
  'a process that was stopped reads the answer before it gives up because of %s',
  (_, one) => check(one, played.get(one)),
);
