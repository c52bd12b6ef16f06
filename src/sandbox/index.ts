export {
  type CreateCertificateOptions,
  type CreatedCertificate,
  createCertificate,
} from './certificates/create-certificate.js';
export type { ApplicationOptions } from './entra/application.js';
export type { FromMismatch } from './exchange/from-mismatch.js';
export type { MailboxOptions } from './exchange/mailbox.js';
export type { MessageFilter, SandboxMessage } from './exchange/sandbox-message.js';
export type { FaultRule, FaultTarget } from './faults/fault-rule.js';
export type { SandboxStats } from './inbox/stats.js';
export type { Address } from './mail/address-list.js';
export type { Attachment } from './mail/parse-mail.js';
export type { SandboxOptions } from './options.js';
export type { FolderItem, MailboxView, Sandbox, SandboxClientOptions } from './sandbox.js';
export { startSandbox } from './start-sandbox.js';
export type { RequestLogEntry } from './wire/request-log.js';
