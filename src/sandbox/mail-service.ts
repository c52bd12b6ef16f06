import type { Timers } from './http/timers.js';
import { MailStore } from './model/mail-store.js';
import { recipientJudge } from './model/undeliverable-recipients.js';
import { UploadSessions } from './model/upload-sessions.js';
import type { Settings } from './options.js';
import type { TenantState } from './tenant/tenant-state.js';
import { Throttle } from './throttling/throttle.js';

/** What Exchange keeps: the messages, the upload sessions, and the count of what each application uses. */
export interface MailService {
  store: MailStore;
  uploads: UploadSessions;
  throttle: Throttle;
}

export function createMailService(settings: Settings, tenant: TenantState, timers: Timers): MailService {
  const { directory } = tenant;
  const { now, elapsed, undeliverable, recipientLimit, tenantDomain } = settings;
  const throttle = new Throttle({
    concurrency: settings.mailboxConcurrency,
    concurrencyKey: settings.concurrencyKey,
    requests: settings.requestLimit,
    uploadBytes: settings.uploadLimit,
    messageRate: settings.messageRate,
    messageTraces: settings.messageTraceLimit,
    retryAfter: settings.retryAfter,
    now: elapsed,
  });
  const hasUser = (address: string): boolean => directory.recipient(address) !== undefined;
  const knows = (address: string): boolean => directory.knows(address) || (settings.anyMailbox && !hasUser(address));
  const isOwn = (address: string): boolean => address.toLowerCase().endsWith(`@${tenantDomain.toLowerCase()}`);
  const store = new MailStore({
    keep: settings.keep,
    sentItemsDelay: settings.sentItemsDelay,
    deliverTo: (address) => {
      if (isOwn(address)) tenant.mailboxFor(address);
      return directory.deliverTo(address);
    },
    queue: ({ address }) => throttle.messageRate.join(address.toLowerCase(), elapsed()),
    judge: recipientJudge({ undeliverable, domain: tenantDomain, knows, hasUser, recipientLimit }),
    immutableIdOnSend: settings.immutableIdOnSend,
    timers,
    now,
  });
  return { throttle, store, uploads: new UploadSessions({ isDraft: (item) => store.isDraft(item), now, elapsed }) };
}
