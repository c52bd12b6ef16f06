import { nearest } from '../checks/check-fields.js';
import type { FaultRule, FaultTarget } from './fault-rule.js';

/** Rules that belong together, under a name. */
export interface Scenario {
  name: ScenarioName;
  /** What a client meets, in a sentence. */
  description: string;
  rules: readonly FaultRule[];
}

/** `monday-morning`: throttling; `failover`: 503, 504 and resets; `slow`: latency with jitter; `expiring`: tokens refused. */
export type ScenarioName = 'monday-morning' | 'failover' | 'slow' | 'expiring';

const times = Number.POSITIVE_INFINITY;

/** All clients send at once. Code, words and the decimal Retry-After are those that Graph is known to use. */
const mondayMorning: Omit<Scenario, 'name'> = {
  description:
    'Throttling: 429 with Retry-After now and then, a mailbox over its limit, slower answers, a slow sign-in.',
  rules: [
    {
      on: ['sendMail', 'createDraft', 'sendDraft', 'addAttachment', 'lookup'],
      probability: 0.15,
      status: 429,
      headers: { 'Retry-After': '1' },
    },
    {
      on: ['sendMail', 'sendDraft', 'uploadChunk'],
      every: 9,
      status: 429,
      code: 'ApplicationThrottled',
      message: 'Application is over its MailboxConcurrency limit.',
      headers: { 'Retry-After': '1.128' },
    },
    { on: ['sendMail', 'createDraft'], probability: 0.03, status: 503, headers: { 'Retry-After': '2' } },
    { on: 'any', times, delay: { min: 50, max: 400 } },
  ],
};

const STORE_SOMETHING: readonly FaultTarget[] = [
  'sendMail',
  'createDraft',
  'sendDraft',
  'addAttachment',
  'uploadChunk',
];

/** Servers change behind the gateway: what a client is told is not always what was done. */
const failover: Omit<Scenario, 'name'> = {
  description:
    '503 with and without Retry-After, 502, 504 and torn connections, with the message delivered or lost; one failed sign-in.',
  rules: [
    { on: 'token', aadsts: 90033 },
    { on: STORE_SOMETHING, probability: 0.08, status: 503, headers: { 'Retry-After': '1' } },
    { on: STORE_SOMETHING, probability: 0.04, status: 503 },
    { on: STORE_SOMETHING, probability: 0.03, status: 502 },
    { on: STORE_SOMETHING, probability: 0.04, status: 504 },
    { on: STORE_SOMETHING, probability: 0.04, status: 504, delivered: true },
    { on: STORE_SOMETHING, probability: 0.02, reset: 'before-answer' },
    { on: STORE_SOMETHING, probability: 0.02, reset: 'before-answer', delivered: true },
    { on: ['sendMail', 'createDraft', 'addAttachment', 'uploadChunk'], probability: 0.02, reset: 'mid-body' },
  ],
};

/** A far or busy data centre: everything works, late. */
const slow: Omit<Scenario, 'name'> = {
  description: 'Every answer comes 0.3 to 3 seconds late, and every twentieth 10 seconds late.',
  rules: [
    { on: 'any', every: 20, delay: 10_000 },
    { on: 'any', times, delay: { min: 300, max: 3000 } },
  ],
};

// All that take an access token.
const TAKE_TOKENS: readonly FaultTarget[] = [
  'sendMail',
  'createDraft',
  'sendDraft',
  'addAttachment',
  'createUploadSession',
  'lookup',
  'deleteDraft',
];

/** Tokens that Graph does not take any more. */
const expiring: Omit<Scenario, 'name'> = {
  description:
    'Every fifth request is refused as if its token had expired, every twelfth of the others with a claims challenge.',
  rules: [
    { on: TAKE_TOKENS, every: 5, status: 401 },
    // Begun two requests late, so that one after the other no retry of a refused request is refused as well.
    { on: TAKE_TOKENS, after: 2, every: 12, claimsChallenge: true },
  ],
};

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
