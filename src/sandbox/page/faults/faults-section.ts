import { apiPath, getJson, send } from '../api/client.js';
import { button, element } from '../elements/dom.js';
import { ask } from '../shell/dialogs.js';
import { gathered } from '../shell/gathered.js';
import { safely } from '../shell/notices.js';
import type { Section } from '../shell/section.js';
import { faultForm } from './fault-form.js';
import type { Faults, Throttling } from './fault-types.js';
import { gauges } from './gauges.js';
import { magicRecipients } from './magic-recipients.js';
import { rulesView } from './rules-view.js';
import { scenarioChoice } from './scenario-choice.js';

/** What goes wrong on purpose, and how near the limits are. */
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

  const refreshFaults = gathered(async () => {
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

  const refreshThrottling = gathered(async () => {
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
