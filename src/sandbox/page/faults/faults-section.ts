import { apiPath, getJson, send } from '../api/client.js';
import { coalesced } from '../api/coalesce.js';
import type { ActiveRule, Faults, Throttling } from '../api/types.js';
import { ask } from '../elements/dialogs.js';
import { button, code, element, soft, table } from '../elements/dom.js';
import { counted, plainText } from '../elements/format.js';
import { safely } from '../elements/notices.js';
import type { Section } from '../shell/section.js';
import { faultForm } from './fault-form.js';
import { gauges } from './gauges.js';
import { ruleSentence } from './rule.js';

/** The faults that are set, and how near each mailbox is to its limits. */
export function faultsSection(): Section {
  const rules = element('div', { 'aria-live': 'polite' });
  const scenario = scenarioChoice();
  const magic = element('div', { class: 'card', hidden: '' });
  const throttling = element('div', {});
  const removeAll = button('Remove all', () => safely(removeRules()), { hidden: '' });
  const form = faultForm(async (rule) => {
    await send('POST', '/api/faults', rule);
    await refreshFaults();
  });
  const part = (title: string, aside: Node[], ...content: Node[]): HTMLElement =>
    element(
      'div',
      { class: 'card' },
      element('div', { class: 'title' }, element('h3', {}, title), ...aside),
      ...content,
    );
  const root = element(
    'section',
    { class: 'document', 'aria-label': 'Faults' },
    element('h2', {}, 'Faults and limits'),
    part('Faults', [removeAll], rules),
    part('New fault', [], form),
    part('Scenario', [], scenario.root),
    part('Throttling', [], throttling),
    magic,
  );

  const refreshFaults = coalesced(async () => {
    const faults = await getJson<Faults>('/api/faults');
    removeAll.hidden = faults.rules.length === 0;
    rules.replaceChildren(
      rulesView(faults.rules, (id) => safely(send('DELETE', apiPath('faults', id)).then(refreshFaults))),
    );
    scenario.draw(faults);
    const list = magicRecipients(faults.recipients ?? []);
    magic.hidden = faults.recipients === undefined || faults.recipients.length === 0;
    magic.replaceChildren(element('h3', {}, 'Recipients that cause faults'), list);
  });

  const refreshThrottling = coalesced(async () => {
    throttling.replaceChildren(gauges(await getJson<Throttling>('/api/throttling')));
  });

  async function removeRules(): Promise<void> {
    if (!(await ask('Remove all faults?', 'Remove'))) return;
    await send('DELETE', '/api/faults');
    await refreshFaults();
  }

  return {
    root,
    show: () => {
      safely(refreshFaults());
      safely(refreshThrottling());
    },
    changed: (change) => {
      if (change === 'faults') safely(refreshFaults());
      if (change === 'requests') safely(refreshThrottling());
    },
  };
}

/** The rules in force with how often they were applied. */
function rulesView(rules: ActiveRule[], remove: (id: string) => void): HTMLElement {
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

/** Chooses one of the named scenarios, or none. */
function scenarioChoice() {
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

/** The addresses that cause a fault by themselves. */
function magicRecipients(recipients: NonNullable<Faults['recipients']>): HTMLElement {
  const rows = recipients.map(({ address, does }) => [code(address), does]);
  return table('Recipients that cause faults', ['To', 'What happens'], rows);
}
