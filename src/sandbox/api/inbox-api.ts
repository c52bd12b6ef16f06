import type { RequestLog } from '../http/request-log.js';
import { type ApiRoute, json, noContent } from './api-routes.js';
import { type MailboxApiOptions, mailboxApiRoutes } from './mailbox-routes.js';
import { messageRoutes } from './message-routes.js';
import type { MessageWaits } from './message-waits.js';
import type { Messages } from './messages.js';
import { requestRoutes } from './request-routes.js';
import type { SandboxStats } from './stats.js';

export interface InboxApiOptions extends Pick<MailboxApiOptions, 'mailbox' | 'mailboxes'> {
  messages: Messages;
  waits: MessageWaits;
  log: RequestLog;
  /** Forgets everything, as `Sandbox.clear()`. */
  clear: () => void;
  stats: () => SandboxStats;
  /** What a client must be configured with that asks under this Host; nothing secret but a client secret that is made to be shown. */
  connect: (host: string | undefined) => object;
  /** Routes of the other parts of the sandbox. */
  routes?: readonly ApiRoute[];
}

/** The JSON API below `/api`. */
export function apiRoutes(options: InboxApiOptions): ApiRoute[] {
  const { messages, waits, log, mailbox, mailboxes } = options;
  const { store, stories } = messages;
  return [
    ...messageRoutes(messages, waits),
    ...requestRoutes(log),
    ...mailboxApiRoutes({ store, stories, mailbox, mailboxes }),
    [
      'POST',
      '/api/clear',
      () => {
        options.clear();
        return noContent;
      },
    ],
    ['GET', '/api/stats', () => json(200, options.stats())],
    ['GET', '/api/connect', ({ host }) => json(200, options.connect(host))],
    ...(options.routes ?? []),
  ];
}
