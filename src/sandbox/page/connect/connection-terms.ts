import type { Connection } from '../api/types.js';
import { copyable } from '../elements/copy.js';
import { terms } from '../elements/dom.js';

/** What every client is configured with. */
export function connectionTerms({ tenantId, clientId, mailbox, authorityHost, graphHost }: Connection): HTMLElement {
  const entries = Object.entries({ tenantId, clientId, mailbox, authorityHost, graphHost });
  return terms(entries.map(([name, value]) => [name, copyable(value, name)]));
}
