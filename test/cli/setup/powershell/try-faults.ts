import { FAULTS } from './faults.js';
import { complaints, hasPowerShell, runFailing, runWell } from './harness.js';
import { CORE, EXISTING, type Variant } from './variants.js';

/** How many of the deliberate faults may go unnoticed. */
const MISSED = 2;

/**
 * Puts each deliberate fault into the scripts that hold it, one at a time, and runs them: first without failures, and those that
 * nothing was noticed of with each call made to fail.
 */
function tryFaults(): void {
  const mutants = FAULTS.map((fault) => {
    const holders = [...CORE, ...EXISTING].filter(({ script }) => script.includes(fault.find));
    if (holders.length === 0) throw new Error(`no script holds this fault: ${fault.what}`);
    return holders.map(
      (variant): Variant => ({
        ...variant,
        name: `${fault.what}, ${variant.name}`,
        script: variant.script.replaceAll(fault.find, () => fault.replace),
      }),
    );
  });
  const well = runWell(mutants.flat());
  const quiet = mutants.filter((variants) =>
    variants.every((one) => complaints(one, well.get(one) ?? []).length === 0),
  );
  const failing = runFailing(new Map(quiet.flat().map((one) => [one, well.get(one) ?? []])));
  const missed = FAULTS.filter((_, index) =>
    mutants[index]?.every(
      (one) => complaints(one, [...(well.get(one) ?? []), ...(failing.get(one) ?? [])]).length === 0,
    ),
  );
  const runs = [...well.values(), ...failing.values()].flat().length;
  console.log(`${FAULTS.length - missed.length} of ${FAULTS.length} deliberate faults are noticed (${runs} runs)`);
  for (const { what } of missed) console.log(`  not noticed: ${what}`);
  process.exitCode = missed.length > MISSED ? 1 : 0;
}

if (hasPowerShell) tryFaults();
else console.log('There is no pwsh: the deliberate faults in PowerShell scripts were not tried');
