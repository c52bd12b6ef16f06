import type { BulkTransporter } from '../../../../src/bulk/index.js';
import type { Clock } from '../../../../src/common/clock.js';
import { GraphMailError } from '../../../../src/common/errors.js';
import { CountingWindow } from './counting-window.js';
import type { PlannedAnswers } from './planned-answers.js';

const minute = 60_000;
const day = 86_400_000;

interface Mail {
  from: { address: string };
  to: { address: string };
}

/** What must not happen, and how often it did. */
export interface ServiceFaults {
  perMinute: number;
  perDay: number;
  /** Requests that came before the time that an answer had named. */
  tooEarly: number;
  mostInFlight: number;
}

/** The limits of a mailbox at the service, which counts what exceeds them and takes it all the same. */
class ServiceMailbox {
  readonly index: number;
  readonly minutes = new CountingWindow(30, minute);
  readonly days: CountingWindow;
  requests = 0;
  inFlight = 0;
  mostInFlight = 0;
  closedUntil = 0;
  tooEarly = 0;

  constructor(index: number, perDay: number) {
    this.index = index;
    this.days = new CountingWindow(perDay, day);
  }
}

/** Exchange Online on a virtual clock, with faults as planned. What it takes it counts by row: `p<row>@…`. */
export class MailService implements BulkTransporter {
  readonly delivered: Uint8Array;
  refused = 0;
  readonly #mailboxes = new Map<string, ServiceMailbox>();
  readonly #answers: PlannedAnswers;
  readonly #clock: Clock;

  constructor(mailboxes: readonly string[], rows: number, answers: PlannedAnswers, clock: Clock, perDay = 10_000) {
    this.delivered = new Uint8Array(rows + 1);
    this.#answers = answers;
    this.#clock = clock;
    for (const [index, name] of mailboxes.entries()) this.#mailboxes.set(name, new ServiceMailbox(index, perDay));
  }

  get faults(): ServiceFaults {
    const all = [...this.#mailboxes.values()];
    return {
      perMinute: all.reduce((sum, { minutes }) => sum + minutes.violations, 0),
      perDay: all.reduce((sum, { days }) => sum + days.violations, 0),
      tooEarly: all.reduce((sum, { tooEarly }) => sum + tooEarly, 0),
      mostInFlight: Math.max(...all.map(({ mostInFlight }) => mostInFlight)),
    };
  }

  sendMail({ from, to }: Mail): Promise<unknown> {
    const mailbox = this.#mailboxes.get(from.address);
    if (!mailbox) throw new Error(`nobody expected ${from.address}`);
    const { kind, duration, counted, retryAfter, stored } = this.#answers.answer(mailbox.index, mailbox.requests++);
    if (this.#clock.now() < mailbox.closedUntil) mailbox.tooEarly++;
    mailbox.inFlight++;
    mailbox.mostInFlight = Math.max(mailbox.mostInFlight, mailbox.inFlight);
    if (stored) this.#clock.after(counted, () => this.#take(mailbox, Number(/^p(\d+)@/.exec(to.address)?.[1])));
    return new Promise((resolve, reject) => {
      this.#clock.after(duration, () => {
        mailbox.inFlight--;
        if (kind === 'accepted') resolve({ response: '202 Accepted' });
        else if (kind === 'lost') reject(lost());
        else if (kind === 'rejected') reject(rejected());
        else {
          this.refused++;
          mailbox.closedUntil = Math.max(mailbox.closedUntil, this.#clock.now() + retryAfter);
          reject(refused(retryAfter));
        }
      });
    });
  }

  #take(mailbox: ServiceMailbox, row: number): void {
    const now = this.#clock.now();
    mailbox.minutes.add(now);
    mailbox.days.add(now);
    this.delivered[row] = (this.delivered[row] ?? 0) + 1;
  }
}

function refused(retryAfter: number): GraphMailError {
  return new GraphMailError('Graph throttles it', { code: 'EGRAPH', responseCode: 429, retryAfter });
}

function rejected(): GraphMailError {
  return new GraphMailError('Graph refused it', { code: 'EMESSAGE', responseCode: 400, permanent: true });
}

function lost(): GraphMailError {
  return new GraphMailError('No answer', { code: 'ETIMEDOUT', outcome: 'unknown' });
}
