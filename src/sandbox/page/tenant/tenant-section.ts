import { getJson, send } from '../api/client.js';
import { coalesced } from '../api/coalesce.js';
import type { Access, AppCertificate, Tenant, TenantApp } from '../api/types.js';
import { copyable } from '../elements/copy.js';
import { ask } from '../elements/dialogs.js';
import { button, element, fragment, soft, table, terms } from '../elements/dom.js';
import { counted, duration, plainText, words } from '../elements/format.js';
import { notice, safely } from '../elements/notices.js';
import type { Section } from '../shell/section.js';

const MAILBOXES_SHOWN = 50;

type AppName = Pick<TenantApp, 'clientId' | 'displayName'>;

/** The tenant as it is configured now. */
export function tenantSection(): Section {
  const root = element('section', { class: 'document', 'aria-label': 'Tenant' });
  let drawn = '';
  const refresh = coalesced(async () => {
    const [tenant, { access }] = await Promise.all([
      getJson<Tenant>('/api/tenant'),
      getJson<{ access: Access[] }>('/api/tenant/access'),
    ]);
    // Redrawn only when something has changed: a text selection would be lost.
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

/** Which application may send as which mailbox: a row for each mailbox, a column for each application, the reason in the cell. */
function accessMatrix(access: Access[], apps: AppName[]): HTMLElement {
  const rows = new Map<string, Map<string, Access>>();
  for (const one of access) {
    const row = rows.get(one.mailbox) ?? new Map<string, Access>();
    rows.set(one.mailbox, row.set(one.clientId, one));
  }
  const columns = ['Mailbox', ...apps.map((app) => appName(app, apps))];
  const root = element('div', {});
  const draw = (shown: number): void => {
    const cells = [...rows]
      .slice(0, shown)
      .map(([mailbox, row]) => [mailbox, ...apps.map(({ clientId }) => accessCell(row.get(clientId)))]);
    root.replaceChildren(table('Who may send as whom', columns, cells));
    if (rows.size > shown) {
      root.append(button(`Show all of ${counted(rows.size, 'mailbox', 'mailboxes')}`, () => draw(rows.size)));
    }
  };
  draw(MAILBOXES_SHOWN);
  return root;
}

/** The application's name, followed by its id where several have the same name. */
function appName({ clientId, displayName = clientId }: AppName, all: AppName[]): string {
  const same = all.filter((one) => one.displayName === displayName);
  return same.length > 1 ? `${displayName} ${clientId}` : displayName;
}

function accessCell(access: Access | undefined): Node | string {
  if (!access) return '';
  const { result, reason, status, code, message } = access;
  const refusal = [status, code].filter((part) => part !== undefined).join(' ');
  return fragment(
    element('span', { class: `badge ${result === 'Granted' ? 'fine' : 'refused'}` }, result),
    element('div', { class: 'soft reason' }, reason),
    ...(refusal === '' ? [] : [element('code', { title: message ?? '' }, refusal)]),
  );
}

function appView({ clientId, displayName, disabled, roles, secrets, certificates }: TenantApp): HTMLElement {
  return element(
    'div',
    { class: 'card' },
    element('h3', {}, displayName === clientId ? 'Application' : (displayName ?? 'Application')),
    terms([
      ['Client id', copyable(clientId, 'the client id')],
      ['Disabled', disabled === true ? 'yes' : undefined],
      ['Roles', roles.length > 0 ? roles.join(', ') : 'none'],
      ['Secrets', String(secrets)],
    ]),
    ...certificates.map(certificateView),
  );
}

function certificateView({ subject, thumbprintSha1, thumbprintSha256, ...validity }: AppCertificate): HTMLElement {
  const { notBefore, notAfter } = validity;
  const day = (iso: string): string => new Date(iso).toLocaleDateString();
  return element(
    'div',
    { class: 'certificate' },
    element('h4', {}, `Certificate ${subject}`),
    terms([
      ['SHA-1', copyable(thumbprintSha1, 'the SHA-1 thumbprint')],
      ['SHA-256', copyable(thumbprintSha256, 'the SHA-256 thumbprint')],
      ['Valid', `${day(notBefore)} – ${day(notAfter)}`],
    ]),
  );
}

/** Objects of the tenant's configuration as a table, with a column for each field that any of them has. */
function plainTable(label: string, objects: Record<string, unknown>[]): HTMLElement {
  if (objects.length === 0) return element('p', {}, soft('None.'));
  const names = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  const columns = names.filter((name) => objects.some((object) => plainText(object[name]) !== ''));
  return table(
    label,
    columns.map(words),
    objects.map((object) => columns.map((column) => plainText(object[column]))),
  );
}
