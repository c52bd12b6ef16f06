import { button, element, soft } from '../elements/dom.js';
import { counted, plainText } from '../elements/format.js';
import type { ActiveRule } from './fault-types.js';
import { ruleSentence } from './rule-sentence.js';

/** The rules in force with how often they were applied. */
export function rulesView(rules: ActiveRule[], remove: (id: string) => void): HTMLElement {
  if (rules.length === 0) return element('p', {}, soft('No fault is set: the sandbox answers as the service does.'));
  const items = rules.map(({ id, rule, left, struck, scenario }) =>
    element(
      'li',
      {},
      element(
        'div',
        {},
        element('div', {}, ruleSentence(rule)),
        soft(
          [
            left === null ? 'until it is removed' : `${left} left`,
            `applied ${counted(struck, 'time')}`,
            ...(scenario === undefined ? [] : [`scenario ${scenario}`]),
          ].join(' · '),
        ),
      ),
      button('Remove', () => remove(id), { 'aria-label': `Remove the fault on ${plainText(rule.on)}` }),
    ),
  );
  return element('ul', { class: 'rules', 'aria-label': 'Faults in force' }, ...items);
}
