import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { JournalError } from '../../bulk/common/errors.js';
import { readRecords } from '../../bulk/journal/read-journal.js';
import { journalFile } from '../../bulk/journal/run-folder.js';
import { UsageError } from '../common/exit-codes.js';
import type { Terminal } from '../common/terminal.js';
import { printable, timeOfDay } from '../common/wording.js';
import { shownFolder } from './ending-text.js';

/** How many runs are listed where the one that was meant is not found. */
const mostNamed = 10;
/** Characters of an id, at least. */
const shortestId = 4;

interface KnownRun {
  folder: string;
  id: string;
  begun: number;
  recipients: string;
}

/**
 * The folder of a run that is given by its path, or by its id, the beginning of that or the name of its folder, which are looked for in `runs`.
 * @throws UsageError when none is given, or several are meant
 * @throws JournalError `'missing'`
 */
export async function findRun(given: string | undefined, runs: string, { clock }: Terminal): Promise<string> {
  if (given !== undefined && (await hasJournal(path.resolve(given)))) return path.resolve(given);
  const known = await knownRuns(path.resolve(runs));
  const lines = () => namedRuns(known, runs, clock.now());
  if (given === undefined) throw new UsageError(`Say which run: give its id or its folder. ${lines()}`);
  const meant = known.filter(({ folder, id }) => isMeant(given, id, path.basename(folder)));
  const [only, ...more] = meant;
  if (only && more.length === 0) return only.folder;
  if (only) throw new UsageError(`Several runs are called ${printable(given)}. ${namedRuns(meant, runs, clock.now())}`);
  throw new JournalError(
    `There is no run ${printable(given)}, neither in a folder of that name nor by that id. ${lines()}`,
    {
      code: 'missing',
    },
  );
}

function isMeant(given: string, id: string, name: string): boolean {
  return name === given || (given.length >= shortestId && id.startsWith(given.toLowerCase()));
}

function namedRuns(known: readonly KnownRun[], runs: string, now: number): string {
  const where = shownFolder(path.resolve(runs));
  if (known.length === 0) return `There are no runs in ${where}; --runs says where else they are.`;
  const newest = [...known].sort((a, b) => b.begun - a.begun);
  const named = newest.slice(0, mostNamed).map(({ folder, id, begun, recipients }) => {
    const name = path.basename(folder);
    const called = id.startsWith(name) ? name : `${name} (${id.slice(0, 12)})`;
    return `  ${printable(called)}  begun ${timeOfDay(begun, now)}, ${printable(path.basename(recipients))}`;
  });
  const more = known.length > named.length ? [`  and ${known.length - named.length} more`] : [];
  return [`In ${where} there ${known.length === 1 ? 'is' : 'are'}:`, ...named, ...more].join('\n');
}

async function knownRuns(runs: string): Promise<KnownRun[]> {
  const names = await readdir(runs).catch(() => []);
  const found = await Promise.all(names.map((name) => knownRun(path.join(runs, name))));
  return found.filter((run) => run !== undefined);
}

/** Read from the first record of its journal; undefined for a folder that is not a run, or that cannot be read. */
async function knownRun(folder: string): Promise<KnownRun | undefined> {
  if (!(await hasJournal(folder))) return undefined;
  try {
    for await (const { record } of readRecords(folder)) {
      if (record.type !== 'run') return undefined;
      const { id, at, recipients } = record;
      return { folder, id, begun: Date.parse(at), recipients: recipients.path ?? recipients.name };
    }
  } catch {
    // A command that is given this run reports what is wrong with it.
  }
  return undefined;
}

function hasJournal(folder: string): Promise<boolean> {
  return stat(journalFile(folder)).then(
    (file) => file.isFile(),
    () => false,
  );
}
