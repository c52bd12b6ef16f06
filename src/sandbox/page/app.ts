import { type Change, getJson, listen } from './api/client.js';
import { coalesced } from './api/coalesce.js';
import { connectSection } from './connect/connect-section.js';
import { byId } from './elements/dom.js';
import { safely } from './elements/notices.js';
import { faultsSection } from './faults/faults-section.js';
import { mailboxesSection } from './mailboxes/mailboxes-section.js';
import { messagesSection } from './messages/messages-section.js';
import { requestsSection } from './requests/requests-section.js';
import { listenToKeys, showHelp } from './shell/keyboard.js';
import { readRoute } from './shell/route.js';
import type { Section } from './shell/section.js';
import { applyTheme, nextTheme, storedTheme } from './shell/theme.js';
import { tenantSection } from './tenant/tenant-section.js';

const SECTIONS: Record<string, () => Section> = {
  messages: messagesSection,
  mailboxes: mailboxesSection,
  requests: requestsSection,
  tenant: tenantSection,
  faults: faultsSection,
  connect: connectSection,
};

// Before anything is drawn, so that a dark page does not start with a flash of white.
applyTheme(storedTheme());
addEventListener('DOMContentLoaded', start);

function start(): void {
  const created = new Map<string, Section>();
  let current: Section | undefined;

  const show = (): void => {
    const route = readRoute(location.hash);
    const name = Object.hasOwn(SECTIONS, route.section) ? route.section : 'messages';
    const section = created.get(name) ?? SECTIONS[name]?.();
    if (!section) return;
    if (!created.has(name)) byId('main').append(section.root);
    created.set(name, section);
    for (const one of created.values()) one.root.hidden = one !== section;
    for (const link of document.querySelectorAll('nav a')) {
      if (link.getAttribute('data-section') === name) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    current = section;
    section.show(route);
  };

  const theme = (): void => nameTheme(nextTheme());
  nameTheme(storedTheme());
  byId('theme').addEventListener('click', theme);
  byId('help').addEventListener('click', showHelp);
  listenToKeys({ sections: Object.keys(SECTIONS), current: () => current, theme });
  addEventListener('hashchange', show);
  show();
  listen(
    (change) => {
      current?.changed(change);
      safely(counters(change));
    },
    (on) => {
      const live = byId('live');
      live.classList.toggle('on', on);
      live.textContent = on ? 'Live' : 'No connection';
    },
  );
}

const countFaults = coalesced(async () => {
  const { rules } = await getJson<{ rules: { left: number | null }[] }>('/api/faults');
  count('faults', rules.filter(({ left }) => left !== 0).length);
});

const countMessages = coalesced(async () => {
  count('messages', (await getJson<{ total: number }>('/api/messages?limit=1')).total);
});

async function counters(change: Change): Promise<void> {
  if (change === 'messages') await countMessages();
  if (change === 'faults') await countFaults();
}

function count(name: string, value: number): void {
  const counter = document.querySelector(`[data-counter=${name}]`);
  if (counter) counter.textContent = value === 0 ? '' : value.toLocaleString();
}

function nameTheme(theme: string): void {
  byId('theme').setAttribute('aria-label', `Theme: ${theme}`);
  byId('theme').title = `Theme: ${theme}`;
}
