export {
  type OpenRecipientsOptions,
  openRecipients,
  type RecipientsInput,
  type RecipientsInspection,
  type RecipientsSource,
} from './open-recipients.js';
