import { FAULTS, type Fault } from './faults.js';
import { complaints, hasPowerShell, type Run, runFailing, runWell } from './harness.js';
import { CORE, EXISTING, type Variant } from './variants.js';

/** How many of the deliberate faults may go unnoticed. */
const MISSED = 2;

/** The scripts that hold a fault, with it. */
function mutants(fault: Fault): Variant[] {
  const holders = [...CORE, ...EXISTING].filter(({ script }) => script.includes(fault.find));
  if (holders.length === 0) throw new Error(`no script holds this fault: ${fault.what}`);
  return holders.map((variant) => ({
    ...variant,
    name: `${fault.what}, ${variant.name}`,
    script: variant.script.replaceAll(fault.find, () => fault.replace),
  }));
}

/**
 * Puts each deliberate fault into the scripts that hold it, one at a time, and runs them until something is noticed: first
 * without failures, script by script, and then with each call made to fail.
 */
function tryFaults(): void {
  const all = FAULTS.map((fault) => ({ fault, variants: mutants(fault), runs: new Map<Variant, Run[]>() }));
  let quiet = all;
  for (let round = 0; quiet.some(({ variants }) => variants.length > round); round++) {
    const well = runWell(quiet.flatMap(({ variants }) => variants.slice(round, round + 1)));
    for (const { variants, runs } of quiet) {
      for (const one of variants) if (well.has(one)) runs.set(one, well.get(one) ?? []);
    }
    quiet = quiet.filter(({ runs }) => [...runs].every(([one, made]) => complaints(one, made).length === 0));
    console.log(`without failures, script ${round + 1} of each fault: ${FAULTS.length - quiet.length} noticed`);
  }
  // Failures in the scripts with the fewest and the most calls: what exists already takes another way through a script.
  const tried = new Map(
    quiet.map(({ fault, runs }) => {
      const calls = ([, made]: [Variant, Run[]]) => made.find(({ what }) => what === 'first')?.calls.length ?? 0;
      const sorted = [...runs].toSorted((a, b) => calls(a) - calls(b));
      return [fault, new Map([...sorted.slice(0, 1), ...sorted.slice(-1)])];
    }),
  );
  const failing = runFailing(new Map([...tried.values()].flatMap((runs) => [...runs])));
  const missed = quiet.filter(({ fault }) =>
    [...(tried.get(fault) ?? [])].every(
      ([one, made]) => complaints(one, [...made, ...(failing.get(one) ?? [])]).length === 0,
    ),
  );
  console.log(`${FAULTS.length - missed.length} of ${FAULTS.length} deliberate faults are noticed`);
  for (const { fault } of missed) console.log(`  not noticed: ${fault.what}`);
  process.exitCode = missed.length > MISSED ? 1 : 0;
}

if (hasPowerShell) tryFaults();
else console.log('There is no pwsh: the deliberate faults in PowerShell scripts were not tried');
