import { describe, expect, it } from 'vitest';
import { BASH_FAULTS } from './bash-faults.js';
import { CLOUDS, check, scenarios } from './bash-harness.js';

/** `SETUP_SWEEP=whole`: every kind of failure at every call in every cloud, some thousand runs. */
const whole = process.env.SETUP_SWEEP === 'whole';

describe.skipIf(process.platform === 'win32')('scripts for Azure CLI', () => {
  // The scripts of the clouds differ in two values.
  const sweepIn = (cloud: string) => (whole ? 'whole' : cloud === 'global' ? 'thin' : 'none');

  it.each(CLOUDS.flatMap((cloud) => scenarios(cloud)))(
    '$name: no failure is reported as success, a second run changes nothing, the undo undoes',
    async (scenario) => {
      const { runs, complaints } = await check(scenario, sweepIn(scenario.cloud));
      expect(complaints).toEqual([]);
      expect(runs).toBeGreaterThan(5);
    },
    300_000,
  );

  it.each(BASH_FAULTS)(
    'are tested by a harness that notices one that $name',
    async ({ in: where, failing = 'none', from, to }) => {
      const scenario = scenarios('global').find(({ name }) => name === `${where}, global`);
      if (!scenario) throw new Error(`there is no scenario ${where}`);
      expect(scenario.files.find(({ path }) => path.endsWith(`/${scenario.script}`))?.text).toContain(from);
      const { complaints } = await check(scenario, failing, (script) => script.replaceAll(from, () => to), true);
      expect(complaints).not.toEqual([]);
    },
    300_000,
  );
});
