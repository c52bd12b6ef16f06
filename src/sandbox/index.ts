export {
  type CreateCertificateOptions,
  type CreatedCertificate,
  createCertificate,
} from './certificates/create-certificate.js';
export type { ApplicationOptions } from './entra/application.js';
export type { DenialText } from './exchange/access-denials.js';
export type { CustomHeaders } from './exchange/custom-headers.js';
export type { ExchangeOptions } from './exchange/exchange-options.js';
export type { FromMismatch } from './exchange/from-mismatch.js';
export type { MailboxOptions } from './exchange/mailbox.js';
export type { Base64Reading, MimeContentType } from './exchange/mime-body.js';
export type { SandboxMessage } from './exchange/sandbox-message.js';
export type { ActiveFault } from './faults/fault-list.js';
export type { FaultRule, FaultTarget, Jitter } from './faults/fault-rule.js';
export { MAGIC_RECIPIENTS, type MagicRecipient } from './faults/magic-recipients.js';
export type { WaitOptions } from './inbox/message-api.js';
export type { MessageFilter } from './inbox/message-filter.js';
export type { RequestFilter } from './inbox/request-filter.js';
export type { SandboxStats } from './inbox/stats.js';
export type { MessageStatus } from './inbox/stories.js';
export type { StoryRequest } from './inbox/story.js';
export type { Address } from './mail/address-list.js';
export type { Attachment } from './mail/parse-mail.js';
export type { ConnectOptions, SandboxOptions } from './options.js';
export type { FolderItem, MailboxView, Sandbox, SandboxClientOptions } from './sandbox.js';
export { SCENARIOS, type Scenario, type ScenarioName } from './scenarios/scenarios.js';
export { startSandbox } from './start-sandbox.js';
export type { TenantAccess } from './tenant/access.js';
export type { TenantAccessPolicy } from './tenant/access-policies.js';
export type { AccessPolicyOptions } from './tenant/access-policy.js';
export type { TenantApp, TenantAppOptions, TenantCertificate } from './tenant/apps.js';
export type { ApplicationRole, AssignmentOptions } from './tenant/assignment.js';
export type { TenantAssignment } from './tenant/assignments.js';
export type { SandboxCloud } from './tenant/cloud.js';
export type { TenantCollection } from './tenant/collection.js';
export type { EwsOptions, EwsPolicy } from './tenant/ews-policy.js';
export type { Group, GroupOptions } from './tenant/group.js';
export type { TenantMailbox } from './tenant/mailboxes.js';
export type { SandboxTenant, TenantUpdate } from './tenant/sandbox-tenant.js';
export type { TenantOptions } from './tenant/tenant-options.js';
export type { ConcurrencyKey } from './throttling/concurrency-limit.js';
export type { ThrottlingGauge, ThrottlingView } from './throttling/throttling-view.js';
export type { RequestOperation } from './wire/operation.js';
export type { RequestLogEntry } from './wire/request-log.js';
