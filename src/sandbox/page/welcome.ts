import type { Tenant } from './api.js';
import { element, terms } from './dom.js';

/** What to paste into a client's configuration. */
export function welcome(tenant: Tenant, empty: boolean): Node {
  const code = (text: string): Node => element('code', {}, text);
  return element(
    'div',
    { class: 'empty' },
    element('h2', {}, empty ? 'No messages yet' : 'Connect'),
    element(
      'p',
      { class: 'soft' },
      'Mail that is sent through this sandbox shows up here. It never leaves this machine.',
    ),
    terms([
      ['tenantId', code(tenant.tenantId)],
      ['clientId', code(tenant.clientId)],
      ['mailbox', code(tenant.mailbox)],
      ['authorityHost', code(tenant.authorityHost)],
      ['graphHost', code(tenant.graphHost)],
    ]),
    element(
      'p',
      { class: 'soft' },
      element('kbd', {}, 'j'),
      ' ',
      element('kbd', {}, 'k'),
      ' or arrow keys: next, previous · ',
      element('kbd', {}, 'Enter'),
      ' open · ',
      element('kbd', {}, 'Esc'),
      ' back',
    ),
  );
}
