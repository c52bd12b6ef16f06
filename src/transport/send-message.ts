/** What `sendMail` gives for a message that Graph accepted. */
export interface GraphSentMessageInfo {
  /** Sender and recipients, as with SMTP. Graph has no envelope: bounces go to the mailbox, whatever `from` says here. */
  envelope: { from: string | false; to: string[] };
  /** Message-ID, as it stands in the bytes that were sent. */
  messageId: string;
  /** All recipients: Graph takes a message whole. Who cannot be delivered to gets known by a bounce in the mailbox. */
  accepted: string[];
  /** Always empty. */
  rejected: string[];
  /** Always empty. */
  pending: string[];
  /** What showed that it was accepted, in one line: as a rule Graph's answer. */
  response: string;
  /** Bytes of MIME, and of the attachments that were uploaded by themselves. */
  messageSize: number;
  /** Milliseconds that the accepted request took. */
  messageTime: number;
  /** The mailbox that sent it. */
  mailbox: string;
  /** Graph's `request-id`, which leads to the Graph activity logs. (fact send-7) */
  requestId: string | undefined;
  /** The `client-request-id` sent with the accepted request. (fact send-8) */
  clientRequestId: string;
  /** Requests made to have it sent; those that prepared a draft are not counted. */
  attempts: number;
}
