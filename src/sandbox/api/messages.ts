import type { MailStore } from '../model/mail-store.js';
import type { Submission } from '../model/submission.js';
import type { Matcher } from './message-filter.js';
import type { MessageTimelines } from './message-timelines.js';
import { messageContent, messageHead, type SandboxMessage } from './sandbox-message.js';

/** The submitted messages, as tests and the inbox page read them. */
export class Messages {
  readonly store: MailStore;
  readonly timelines: MessageTimelines;

  constructor(store: MailStore, timelines: MessageTimelines) {
    this.store = store;
    this.timelines = timelines;
    store.watch((submission) => submission && timelines.submitted(submission));
  }

  /** Oldest first. */
  async find({ head, body }: Matcher): Promise<Submission[]> {
    const candidates = this.store.list().filter(head);
    if (!body) return candidates;
    const found: Submission[] = [];
    for (const one of candidates) if (body(await messageContent(one))) found.push(one);
    return found;
  }

  async read(submission: Submission): Promise<SandboxMessage> {
    const content = await messageContent(submission);
    return {
      ...messageHead(submission),
      ...content,
      status: this.timelines.status(submission),
      requests: this.timelines.of(submission),
    };
  }

  /** The same for many, with one look into the log. */
  async readAll(submissions: readonly Submission[]): Promise<SandboxMessage[]> {
    const contents = await Promise.all(submissions.map(messageContent));
    const timelines = this.timelines.ofAll(submissions);
    return submissions.map((submission, index) => ({
      ...messageHead(submission),
      ...(contents[index] as Awaited<ReturnType<typeof messageContent>>),
      status: this.timelines.status(submission),
      requests: timelines.get(submission) ?? [],
    }));
  }
}
