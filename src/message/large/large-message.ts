import { isGraphMailError } from '../../common/errors.js';
import type { Settings } from '../../options/settings.js';
import { composeMime, contentError, tooLarge } from '../compose/compose.js';
import { mimeLimit } from '../compose/mime-limit.js';
import { divide } from './divide.js';
import { indivisibleError } from './errors.js';
import type { HeavyAttachment } from './heavy-attachment.js';
import { indivisibleMessage, type SentMail } from './indivisible.js';
import type { TreeNode } from './leaves.js';
import { partsOf } from './parts.js';
import { Spool } from './spool.js';

/** A message that fits into a request, because what is too heavy for it was left out. (fact draft-12) */
export interface LargeMessage {
  mime: Buffer;
  /** What was left out, in the order in which it stood in the message; nothing when the message fits as it is. */
  heavy: HeavyAttachment[];
  /** Deletes temporary files, after which `heavy` cannot be read any more. Must be called always; harmless twice. */
  release(): Promise<void>;
}

/**
 * Composes a message, if need be without its largest attachments. Its tree is taken apart for that, so nobody else can
 * compose it afterwards.
 * @param sizeOf the bytes of MIME that a request will hold for what was composed, where it is completed afterwards
 * @throws GraphMailError `EMESSAGE` when it fits into no request and cannot be sent in parts; what reading content throws
 */
export async function composeLarge(
  mail: SentMail,
  settings: Pick<Settings, 'maxRequestSize' | 'timeout' | 'mailer'>,
  signal?: AbortSignal,
  sizeOf: (composed: Buffer) => number = (composed) => composed.length,
): Promise<LargeMessage> {
  const root = mail.message as TreeNode;
  const limits = { maxSize: mimeLimit(settings.maxRequestSize), timeout: settings.timeout, signal };
  const fits = (composed: Buffer) => sizeOf(composed) <= limits.maxSize;
  const spool = new Spool();
  const release = () => spool.release();
  try {
    const indivisible = indivisibleMessage(mail, settings);
    if (indivisible) {
      const mime = await composeMime(root, limits);
      if (mime === tooLarge || !fits(mime)) throw indivisibleError(indivisible);
      return { mime, heavy: [], release };
    }
    const parts = await partsOf(root, spool, limits);
    return { ...(await divide(root, parts, fits, limits)), release };
  } catch (error) {
    await release().catch(() => {});
    throw isGraphMailError(error) ? error : contentError(error);
  }
}
