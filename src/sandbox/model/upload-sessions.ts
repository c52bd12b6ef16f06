import { randomBytes } from 'node:crypto';
import type { AttachedFile } from '../mail/attach.js';
import { newId } from './ids.js';
import type { Item } from './item.js';

// Graph documents no lifetime (inferred). (fact upload-8)
const LIFETIME = 3_600_000;

/** An attachment that comes in chunks (Graph documentation, "attachment: createUploadSession"). (fact upload-7) */
export interface UploadSession {
  id: string;
  /** Stands in the upload URL for an access token. */
  authToken: string;
  draft: Item;
  /** The id that the draft had: deleting or sending it gives it another one, and ends the session. */
  draftId: string;
  file: Omit<AttachedFile, 'chunks'> & { size: number };
  chunks: Buffer[];
  /** Bytes so far. */
  received: number;
  appId: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
  /** The same by the clock that is never set. */
  endsAt: number;
}

interface UploadSessionsOptions {
  isDraft: (item: Item) => boolean;
  now: () => number;
  elapsed: () => number;
}

/** The upload sessions that are open: not finished, cancelled or expired, and their draft is still one. */
export class UploadSessions {
  readonly #options: UploadSessionsOptions;
  readonly #sessions = new Map<string, UploadSession>();

  constructor(options: UploadSessionsOptions) {
    this.#options = options;
  }

  open(draft: Item, file: UploadSession['file'], appId: string): UploadSession {
    for (const id of this.#sessions.keys()) this.find(id);
    const authToken = randomBytes(48).toString('base64url');
    const expiresAt = this.#options.now() + LIFETIME;
    const endsAt = this.#options.elapsed() + LIFETIME;
    const ids = { id: newId(), draftId: draft.id };
    const session = { ...ids, authToken, draft, file, chunks: [], received: 0, appId, expiresAt, endsAt };
    this.#sessions.set(session.id, session);
    return session;
  }

  find(id: string): UploadSession | undefined {
    const session = this.#sessions.get(id);
    if (!session) return undefined;
    const { draft, draftId, endsAt } = session;
    if (endsAt > this.#options.elapsed() && draft.id === draftId && this.#options.isDraft(draft)) return session;
    this.#sessions.delete(id);
    return undefined;
  }

  end(session: UploadSession): void {
    this.#sessions.delete(session.id);
  }

  clear(): void {
    this.#sessions.clear();
  }
}
