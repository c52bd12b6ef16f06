import { describe, expect, it } from 'vitest';
import { BASH_FAULTS } from './bash-faults.js';
import { CLOUDS, check, scenarios } from './bash-harness.js';

const all = CLOUDS.map((cloud) => ({ cloud, every: scenarios(cloud) }));

describe.skipIf(process.platform === 'win32')('scripts for Azure CLI', () => {
  // The scripts of the clouds differ in two values: the whole sweep in one of them.
  it.each(all.flatMap(({ cloud, every }) => every.map((scenario) => ({ cloud, scenario, name: scenario.name }))))(
    '$name: no failure is reported as success, a second run changes nothing, the undo undoes',
    async ({ cloud, scenario }) => {
      const { runs, complaints } = await check(scenario, cloud === 'global' ? 'all' : 'errors');
      expect(complaints).toEqual([]);
      expect(runs).toBeGreaterThan(5);
    },
    120_000,
  );

  it.each(BASH_FAULTS)(
    'are tested by a harness that notices one that $name',
    async ({ from, to }) => {
      const mutate = (script: string) => script.replaceAll(from, () => to);
      const touched = scenarios('global').filter(({ files }) =>
        files.some(({ path, text }) => path.endsWith('.sh') && text.includes(from)),
      );
      expect(touched.length).toBeGreaterThan(0);
      let complaints: string[] = [];
      for (const scenario of touched)
        if (complaints.length === 0) ({ complaints } = await check(scenario, 'all', mutate, true));
      expect(complaints).not.toEqual([]);
    },
    120_000,
  );
});
