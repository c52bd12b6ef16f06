import { describe, expect, it } from 'vitest';
import { BASH_FAULTS } from './bash-faults.js';
import { CLOUDS, check, scenarios } from './bash-harness.js';

/** `all`: each call of one cloud's scripts is made to fail (CI sets it); `whole`: in every way, in every cloud, some thousand runs. */
const much = process.env.SETUP_SCRIPTS;

describe.skipIf(process.platform === 'win32')('scripts for Azure CLI', () => {
  // The scripts of the clouds differ in two values.
  const sweepIn = (cloud: string) =>
    much === 'whole' ? 'whole' : much === 'all' && cloud === 'global' ? 'thin' : 'none';

  it.each(CLOUDS.flatMap((cloud) => scenarios(cloud)))(
    '$name: no failure is reported as success, a second run changes nothing, the undo undoes',
    async (scenario) => {
      const sweep = sweepIn(scenario.cloud);
      const { runs, complaints } = await check(scenario, sweep);
      expect(complaints).toEqual([]);
      expect(runs).toBeGreaterThan(sweep === 'none' ? 3 : 5);
    },
    300_000,
  );

  it.each(much === undefined ? BASH_FAULTS.filter((_, at) => at % 4 === 0) : BASH_FAULTS)(
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
