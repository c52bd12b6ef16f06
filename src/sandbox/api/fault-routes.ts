import { checkRule } from '../faults/check-rule.js';
import type { ActiveFault, FaultList } from '../faults/fault-list.js';
import type { FaultRule } from '../faults/fault-rule.js';
import { MAGIC_RECIPIENTS } from '../faults/magic-recipients.js';
import { checkScenario, SCENARIOS } from '../faults/scenarios.js';
import { ApiRefusal, type ApiRoute, json, noContent, objectBody, orRefuse } from './api-routes.js';

/** Lists, adds and removes the faults that may still be applied. */
export function faultRoutes(faults: FaultList): ApiRoute[] {
  return [
    ['GET', '/api/faults', () => json(200, overview(faults))],
    ['POST', '/api/faults', (request) => json(201, shown(faults.add(readRule(objectBody(request)))))],
    [
      'DELETE',
      '/api/faults',
      () => {
        faults.removeAll();
        return noContent;
      },
    ],
    [
      'DELETE',
      '/api/faults/{id}',
      ({ parameters: { id = '' } }) => {
        if (!faults.remove(id)) throw new ApiRefusal(404, `There is no fault "${id}" (any more).`);
        return noContent;
      },
    ],
    [
      'PUT',
      '/api/scenario',
      (request) => {
        const { name } = objectBody(request);
        orRefuse(() => checkScenario(name, 'PUT /api/scenario'));
        faults.setScenario(name as (typeof SCENARIOS)[number]['name']);
        return json(200, overview(faults));
      },
    ],
    [
      'DELETE',
      '/api/scenario',
      () => {
        faults.setScenario(undefined);
        return noContent;
      },
    ],
  ];
}

function overview(faults: FaultList): object {
  return {
    rules: faults.list().map(shown),
    scenario: faults.scenario ?? null,
    scenarios: SCENARIOS.map(({ name, description }) => ({ name, description })),
    recipients: faults.magicRecipients ? MAGIC_RECIPIENTS : [],
  };
}

/** JSON has no Infinity: `null` stands for it, in `times` and in `left`. */
function shown({ id, rule, left, struck, scenario }: ActiveFault): object {
  return { id, rule, left: Number.isFinite(left) ? left : null, struck, ...(scenario !== undefined && { scenario }) };
}

function readRule(given: Record<string, unknown>): FaultRule {
  const rule = (given.times === null ? { ...given, times: Number.POSITIVE_INFINITY } : given) as unknown as FaultRule;
  orRefuse(() => checkRule(rule, 'POST /api/faults'));
  return rule;
}
