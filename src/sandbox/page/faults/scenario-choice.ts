import { send } from '../api/client.js';
import { element } from '../elements/dom.js';
import { safely } from '../shell/notices.js';
import type { Faults } from './fault-types.js';

/** Chooses one of the named scenarios, or none. */
export function scenarioChoice() {
  const select = element('select', { 'aria-label': 'Scenario' });
  const about = element('span', { class: 'soft' });
  select.addEventListener('change', () => {
    const name = select.value;
    safely(name === '' ? send('DELETE', '/api/scenario') : send('PUT', '/api/scenario', { name }));
  });
  return {
    root: element('div', { class: 'choice' }, select, about),
    draw({ scenario, scenarios }: Faults): void {
      if (select.options.length !== scenarios.length + 1) {
        select.replaceChildren(
          element('option', { value: '' }, 'none'),
          ...scenarios.map(({ name }) => element('option', { value: name }, name)),
        );
      }
      select.value = scenario ?? '';
      about.textContent = scenarios.find(({ name }) => name === scenario)?.description ?? '';
    },
  };
}
