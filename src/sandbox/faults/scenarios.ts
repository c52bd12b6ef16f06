import { nearest } from '../checks/nearest.js';
import { expiring } from './expiring.js';
import { failover } from './failover.js';
import type { FaultRule } from './fault-rule.js';
import { mondayMorning } from './monday-morning.js';
import { slow } from './slow.js';

/** Rules that belong together, under a name. */
export interface Scenario {
  name: ScenarioName;
  /** What a client meets, in a sentence. */
  description: string;
  rules: readonly FaultRule[];
}

/** `monday-morning`: throttling; `failover`: 503, 504 and resets; `slow`: latency with jitter; `expiring`: tokens refused. */
export type ScenarioName = 'monday-morning' | 'failover' | 'slow' | 'expiring';

const ALL: Readonly<Record<ScenarioName, Omit<Scenario, 'name'>>> = {
  'monday-morning': mondayMorning,
  failover,
  slow,
  expiring,
};

export const SCENARIO_NAMES = Object.keys(ALL) as ScenarioName[];

export const SCENARIOS: readonly Scenario[] = SCENARIO_NAMES.map((name) => ({ name, ...ALL[name] }));

export function scenarioNamed(name: ScenarioName): Scenario {
  return { name, ...ALL[name] };
}

/** Throws an Error that names the scenarios that there are. `what` is how it begins. */
export function checkScenario(name: unknown, what = 'sandbox.scenario'): asserts name is ScenarioName {
  if (SCENARIO_NAMES.includes(name as ScenarioName)) return;
  const near = typeof name === 'string' ? nearest(name, SCENARIO_NAMES) : undefined;
  const known = near === undefined ? `Known are ${SCENARIO_NAMES.join(', ')}.` : `Did you mean "${near}"?`;
  throw new Error(`${what}: there is no scenario ${JSON.stringify(name)}. ${known}`);
}
