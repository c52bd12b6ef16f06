export type { SandboxStats } from './api/inbox-service.js';
export type { MessageFilter } from './api/message-filter.js';
export type { MessageStatus, StoryRequest } from './api/message-timelines.js';
export type { WaitOptions } from './api/message-waits.js';
export type { RequestFilter } from './api/request-routes.js';
export type { SandboxMessage } from './api/sandbox-message.js';
export {
  type CreateCertificateOptions,
  type CreatedCertificate,
  createCertificate,
} from './certificates/create-certificate.js';
export type { ActiveFault } from './faults/fault-list.js';
export type { FaultRule, FaultTarget, Jitter } from './faults/fault-rule.js';
export { MAGIC_RECIPIENTS, type MagicRecipient } from './faults/magic-recipients.js';
export { SCENARIOS, type Scenario, type ScenarioName } from './faults/scenarios.js';
export type { Base64Reading, MimeContentType } from './graph/body/mime-body.js';
export type { ExchangeOptions } from './graph/common/exchange-options.js';
export type { FromMismatch } from './graph/common/from-mismatch.js';
export type { RequestOperation } from './http/operation.js';
export type { RequestLogEntry } from './http/request-log.js';
export type { Address } from './mail/address-list.js';
export type { CustomHeaders } from './mail/custom-headers.js';
export type { Attachment } from './mail/parse-mail.js';
export type { ApplicationOptions } from './model/application.js';
export type { SandboxCloud } from './model/cloud.js';
export type { MailboxOptions } from './model/mailbox.js';
export type { ConnectOptions, SandboxOptions } from './options.js';
export type { FolderItem, MailboxView, Sandbox, SandboxClientOptions } from './sandbox.js';
export { startSandbox } from './start-sandbox.js';
export type { TenantAccessPolicy } from './tenant/access-policies.js';
export type {
  AccessPolicyOptions,
  ApplicationRole,
  AssignmentOptions,
  Group,
  GroupOptions,
} from './tenant/access-rules.js';
export type { TenantApp, TenantAppOptions, TenantCertificate } from './tenant/apps.js';
export type { TenantAssignment } from './tenant/assignments.js';
export type { TenantCollection } from './tenant/collection.js';
export type { EwsOptions, EwsPolicy } from './tenant/ews-policy.js';
export type { DenialText } from './tenant/mailbox-access-denials.js';
export type { TenantMailbox } from './tenant/mailboxes.js';
export type { SandboxTenant, TenantAccess, TenantUpdate } from './tenant/sandbox-tenant.js';
export type { TenantOptions } from './tenant/tenant-options.js';
export type { ConcurrencyKey } from './throttling/concurrency-limit.js';
export type { ThrottlingGauge, ThrottlingView } from './throttling/throttle.js';
