import type { Arrival, GateClient, MailboxGate, Passage } from '../../src/delivery/gate/mailbox-gate.js';
import { settled } from './virtual-clock.js';

/** A request that was made, and that the service took. */
export const accepted: Arrival = { bytes: 0, refused: false };

/** A request that the service answered with a pause. */
export const refused: Arrival = { bytes: 0, refused: true };

/** Someone on the way through a gate, who notes how far they have come. */
export class Traveller {
  passage: Passage | undefined;
  state: 'outside' | 'inside' | 'waiting' | 'away' | 'turned away' | 'resting' | 'rested' | 'failed' = 'outside';
  error: unknown;

  constructor(gate: MailboxGate, signal?: AbortSignal, client?: GateClient) {
    gate.admit(signal, client).then((passage) => {
      this.passage = passage;
      this.state = 'inside';
    }, this.#fail);
  }

  depart(bytes = 0, longestWait = Number.POSITIVE_INFINITY): void {
    this.state = 'waiting';
    this.passage?.depart({ bytes, longestWait }).then((departed) => {
      this.state = departed ? 'away' : 'turned away';
    }, this.#fail);
  }

  /** Lets go of the request, and waits for what follows from it. */
  async arrive(arrival: Arrival | undefined = accepted): Promise<void> {
    this.passage?.arrive(arrival);
    await settled();
  }

  rest(ms: number): void {
    this.state = 'resting';
    this.passage?.rest(ms).then(() => {
      this.state = 'rested';
    }, this.#fail);
  }

  readonly #fail = (error: unknown) => {
    this.state = 'failed';
    this.error = error;
  };
}

/** So many who come to the gate one after another, and want to go as soon as they are in. */
export async function through(
  gate: MailboxGate,
  count: number,
  bytes = 0,
  client?: GateClient,
  signal?: AbortSignal,
): Promise<Traveller[]> {
  const travellers = Array.from({ length: count }, () => new Traveller(gate, signal, client));
  await settled();
  for (const traveller of travellers) if (traveller.state === 'inside') traveller.depart(bytes);
  await settled();
  return travellers;
}

export const states = (travellers: Traveller[]): string => travellers.map(({ state }) => state).join(', ');
