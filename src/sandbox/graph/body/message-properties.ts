/** The properties of Graph's `message` that a client can write in the sandbox. */
export const WRITABLE = [
  'subject',
  'body',
  'from',
  'sender',
  'toRecipients',
  'ccRecipients',
  'bccRecipients',
  'replyTo',
  'importance',
  'isReadReceiptRequested',
  'isDeliveryReceiptRequested',
  'isRead',
  'internetMessageId',
  'internetMessageHeaders',
  'attachments',
] as const;

/** Graph sets these itself; that it takes no notice of what a client says of them is inferred. */
export const READ_ONLY = [
  'id',
  'createdDateTime',
  'lastModifiedDateTime',
  'changeKey',
  'receivedDateTime',
  'sentDateTime',
  'hasAttachments',
  'bodyPreview',
  'uniqueBody',
  'parentFolderId',
  'conversationId',
  'conversationIndex',
  'webLink',
  'isDraft',
] as const;

/** Those that Graph knows and the sandbox does not. */
export const NOT_EMULATED = [
  'categories',
  'flag',
  'inferenceClassification',
  'singleValueExtendedProperties',
  'multiValueExtendedProperties',
  'extensions',
] as const;
