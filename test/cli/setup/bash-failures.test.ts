import { describe, expect, it } from 'vitest';
import { BASH_FAULTS } from './bash-faults.js';
import { CLOUDS, check, scenarios } from './bash-harness.js';

/** `SETUP_SWEEP=whole`: every kind of failure at every call in every cloud, and the table of faults. Some thousand runs. */
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

  it.skipIf(!whole).each(BASH_FAULTS)(
    'are tested by a harness that notices one that $name',
    async ({ from, to }) => {
      const mutate = (script: string) => script.replaceAll(from, () => to);
      const touched = scenarios('global').filter((scenario) =>
        scenario.files.some(({ path, text }) => path.endsWith(scenario.script) && text.includes(from)),
      );
      expect(touched.length).toBeGreaterThan(0);
      let complaints: string[] = [];
      for (const sweep of ['thin', 'whole'] as const) {
        for (const scenario of touched) {
          if (complaints.length === 0) ({ complaints } = await check(scenario, sweep, mutate, true));
        }
      }
      expect(complaints).not.toEqual([]);
    },
    600_000,
  );
});
