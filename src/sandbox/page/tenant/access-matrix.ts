import { button, element, fragment, table } from '../elements/dom.js';
import { counted } from '../elements/format.js';
import type { Access, TenantApp } from './tenant-types.js';

const SHOWN = 50;

type AppName = Pick<TenantApp, 'clientId' | 'displayName'>;

/** Who may send as whom: a row for a mailbox, a column for an application, and why in each cell. */
export function accessMatrix(access: Access[], apps: AppName[]): HTMLElement {
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
  draw(SHOWN);
  return root;
}

/** Its name, with its id where others have the same. */
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
