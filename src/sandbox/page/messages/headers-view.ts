import type { ReadableMessage } from '../api/types.js';
import { copyable, copyButton } from '../elements/copy.js';
import { element, table } from '../elements/dom.js';

/** The header of the upload in its order, and what the service knows besides. */
export function headersView({ headers, requestId, clientRequestId, appId }: ReadableMessage): Node {
  const rows = headers.map(({ name, value }) => [name, copyable(value, name)]);
  const all = (): string => headers.map(({ name, value }) => `${name}: ${value}`).join('\r\n');
  const known = Object.entries({
    'request-id': requestId,
    'client-request-id': clientRequestId,
    application: appId,
  }).flatMap(([name, value]) => (value === undefined ? [] : [[name, copyable(value, name)]]));
  return element(
    'div',
    {},
    element('div', { class: 'title' }, element('h3', {}, 'As submitted'), copyButton(all, 'all headers')),
    table('Headers', ['Name', 'Value'], rows),
    ...(known.length === 0 ? [] : [element('h3', {}, 'Taken with'), table('Taken with', ['Name', 'Value'], known)]),
  );
}
