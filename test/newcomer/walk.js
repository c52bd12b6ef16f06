// The way of a newcomer through README and guide. What is pasted stands in a page or was printed by the command before it;
// what is not is said here: the package is installed from a file, the list of recipients is longer than the guide's, and the
// address of the inbox page is the one that the sandbox printed.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { commandFor, printedCommands, sectionOf } from './printed.js';
import { within } from './terminal.js';

const ROWS = 400;
/** How many of them have arrived when the run is killed. */
const KILLED_AT = 50;

/**
 * @param {object} options
 * @param options.terminals in the newcomer's empty folder
 * @param options.folder that folder
 * @param options.root the repository, whose pages are read
 * @param options.tarball the packed package
 * @param options.sandboxFlags where the sandbox's own ports are taken, flags for others
 * @param options.installEnv what npm needs to reach its registry
 */
export async function walk({ terminals, folder, root, tarball, sandboxFlags, installEnv }) {
  const readme = path.join(root, 'README.md');
  const guide = path.join(root, 'docs/guide.md');
  const first = sectionOf(guide, '1. The first mail, without a tenant');
  const bulk = sectionOf(guide, '5. Bulk sends');

  terminals.say('README, Install');
  const [install] = sectionOf(readme, 'Install').commands;
  assert.equal(install, first.commands[0], 'README and guide install the same');
  await terminals.paste(install.replace(/nodemailer-graph-transport$/, tarball), { env: installEnv });

  terminals.say('Guide, 1: the sandbox, and what it prints');
  const sandboxCommand = `${commandFor(first.commands, 'sandbox')}${sandboxFlags}`;
  let sandbox = await startSandbox(terminals, sandboxCommand);
  const setup = commandFor(printedCommands(sandbox.output), 'setup');
  const inbox = new Inbox(/ --sandbox (http:\S+)/.exec(setup)[1]);
  const fromGuide = (command) => command.replace('http://127.0.0.1:8025/', inbox.url);
  assert.equal(setup, fromGuide(commandFor(first.commands, 'setup')), 'the guide has what the sandbox prints');
  const send = commandFor(printedCommands(await terminals.paste(setup)), 'send');
  assert.equal(send, commandFor(first.commands, 'send'), 'the guide has what setup prints');
  await terminals.paste(send);
  await inbox.holds({ subject: 'Hello', to: 'ana@example.com' });

  terminals.say('Guide, 1: an application');
  save(folder, first.files);
  const application = first.commands.find((command) => command.startsWith('node '));
  const messageId = (await terminals.paste(application)).trim();
  assert.match(messageId, /^<\S+@\S+>$/, 'the application prints a Message-ID');
  await inbox.holds({ messageId });

  terminals.say('Guide, 5: a bulk run, killed');
  const addresses = save(folder, bulk.files, ROWS);
  await terminals.paste(fromGuide(commandFor(bulk.commands, 'setup')));
  const [dryRun, realRun, ...more] = bulk.commands.filter((command) => command.includes(' bulk run '));
  assert.deepEqual([dryRun, more], [`${realRun} --dry-run`, []], 'the guide looks first, then sends');
  await terminals.paste(dryRun);
  const before = await inbox.total();
  const run = terminals.start(realRun);
  await within(inbox.grows(before + KILLED_AT, run), `${KILLED_AT} mails of the run to arrive`);
  await run.kill();
  const arrived = (await inbox.total()) - before;
  assert.ok(arrived < ROWS, 'the run was over before it could be killed');
  terminals.say(`killed: ${arrived} of ${ROWS} mails have arrived`);

  terminals.say('Guide, 5: where it stands, and on');
  const runFolder = /^Run folder (\S+)$/m.exec(run.output)[1];
  const status = commandFor(bulk.commands, 'bulk status').replace(/\S+$/, runFolder);
  const resume = commandFor(printedCommands(await terminals.paste(status)), 'bulk resume');
  await terminals.paste(resume);
  await terminals.paste(status);
  const recipients = await inbox.recipients(before);
  assert.deepEqual(recipients.toSorted(), addresses.toSorted(), 'each row is in the inbox once');

  terminals.say('Guide, 1: the sandbox, started again');
  await sandbox.kill();
  sandbox = await startSandbox(terminals, sandboxCommand);
  await terminals.paste(send);
  await inbox.holds({ subject: 'Hello', to: 'ana@example.com' });

  terminals.say('Guide, 1: doctor');
  await terminals.paste(commandFor(first.commands, 'doctor'));
  await sandbox.kill();
}

async function startSandbox(terminals, command) {
  const sandbox = terminals.start(command);
  await sandbox.prints(/^Ctrl-C/m);
  return sandbox;
}

/** Saves the files of a page. Of a CSV, the rows are repeated with other addresses; gives these. */
function save(folder, files, rows = 0) {
  const addresses = [];
  for (const [name, text] of files) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    if (!name.endsWith('.csv')) continue;
    const [header, ...forms] = text.trimEnd().split('\n');
    const lines = Array.from({ length: rows }, (_, row) => forms[row % forms.length].replace('@', `+${row}@`));
    addresses.push(...lines.map((line) => line.split(',')[0]));
    writeFileSync(file, `${[header, ...lines].join('\n')}\n`);
  }
  return addresses;
}

/** The inbox page's API. */
class Inbox {
  /** @param url as it was printed */
  constructor(url) {
    this.url = url;
  }

  async #get(query) {
    const response = await fetch(new URL(`api/messages?${new URLSearchParams(query)}`, this.url));
    if (!response.ok) throw new Error(`the inbox answered ${response.status}`);
    return response.json();
  }

  /** That there is a message. */
  async holds(filter) {
    const { matched } = await this.#get(filter);
    assert.equal(matched, 1, `one mail is in the inbox with ${JSON.stringify(filter)}`);
  }

  async total() {
    return (await this.#get({ limit: 1 })).total;
  }

  /** Waits until so many messages are there, or the run has ended. */
  async grows(wanted, run) {
    let ended = false;
    run.ended.finally(() => {
      ended = true;
    });
    while (!ended && (await this.total()) < wanted) await delay(10);
  }

  /** The recipients of all messages but the oldest. */
  async recipients(oldest) {
    const { total, messages } = await this.#get({ limit: 500 });
    assert.equal(total, messages.length, 'all messages are listed');
    return messages.slice(0, total - oldest).flatMap(({ to }) => to.map(({ address }) => address));
  }
}
