import type { Connection } from '../api/types.js';
import { copyable } from '../elements/copy.js';
import { terms } from '../elements/dom.js';

/** What every client is configured with. */
export function connectionTerms(connection: Connection): HTMLElement {
  const { tenantId, clientId, clientSecret, mailbox, authorityHost, graphHost, certificatePath, caPath } = connection;
  const all = { tenantId, clientId, clientSecret, mailbox, authorityHost, graphHost, certificatePath, caPath };
  return terms(
    Object.entries(all).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, copyable(value, name)] as const],
    ),
  );
}
