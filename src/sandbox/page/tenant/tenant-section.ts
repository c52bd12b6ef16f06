import { getJson, send } from '../api/client.js';
import { copyable } from '../elements/copy.js';
import { button, element, terms } from '../elements/dom.js';
import { duration, plainText } from '../elements/format.js';
import { ask } from '../shell/dialogs.js';
import { gathered } from '../shell/gathered.js';
import { notice, safely } from '../shell/notices.js';
import type { Section } from '../shell/section.js';
import { accessMatrix } from './access-matrix.js';
import { appView } from './app-view.js';
import { plainTable } from './plain-values.js';
import type { Access, Tenant } from './tenant-types.js';

/** The tenant as it is configured now. */
export function tenantSection(): Section {
  const root = element('section', { class: 'document', 'aria-label': 'Tenant' });
  let drawn = '';
  const refresh = gathered(async () => {
    const [tenant, { access }] = await Promise.all([
      getJson<Tenant>('/api/tenant'),
      getJson<{ access: Access[] }>('/api/tenant/access'),
    ]);
    // What has not changed is not drawn again: a selection in it would be lost.
    const now = JSON.stringify([tenant, access]);
    if (now !== drawn) root.replaceChildren(...tenantView(tenant, access));
    drawn = now;
  });
  return {
    root,
    show: () => safely(refresh()),
    changed: (change) => {
      if (change === 'tenant') safely(refresh());
    },
  };
}

function tenantView(tenant: Tenant, access: Access[]): Node[] {
  const { apps, propagationDelay = 0, ews } = tenant;
  const part = (title: string, ...content: Node[]): Node =>
    element('div', { class: 'card' }, element('h3', {}, title), ...content);
  return [
    element(
      'div',
      { class: 'title' },
      element('h2', {}, 'Tenant'),
      button('Revoke tokens', () => safely(revoke())),
    ),
    element(
      'div',
      { class: 'card' },
      terms([
        ['Tenant id', copyable(tenant.tenantId, 'the tenant id')],
        ['Domain', tenant.domain],
        ['Changes take effect', propagationDelay === 0 ? 'at once' : `after ${duration(propagationDelay)}`],
        ['EWS lists', plainText(ews) || 'none'],
      ]),
    ),
    part('Who may send as whom', accessMatrix(access, apps)),
    ...apps.map(appView),
    part('Role assignments', plainTable('Role assignments', tenant.assignments)),
    part('Application access policies', plainTable('Application access policies', tenant.accessPolicies)),
    part('Groups', plainTable('Groups', tenant.groups)),
    part('Mailboxes', plainTable('Mailboxes', tenant.mailboxes)),
  ];
}

async function revoke(): Promise<void> {
  if (!(await ask('Answer every access token issued so far with 401?', 'Revoke'))) return;
  await send('POST', '/api/tenant/revoke');
  notice('Every access token issued so far is revoked.');
}
