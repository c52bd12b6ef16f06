/** Where a message can be found; Exchange's well-known folder names. */
export type Folder = 'drafts' | 'outbox' | 'sentitems';

export interface Item {
  id: string;
  messageId: string;
  /** `undefined` while it is nowhere to be seen, or has been deleted. */
  folder: Folder | undefined;
  isDraft: boolean;
  at: string;
  /** Lookups in Sent Items that will not find it yet. */
  hiddenFor: number;
}

export interface MailboxBehaviour {
  /** Lookups in Sent Items that miss a message which was sent; for ever with `Infinity`. */
  sentItemsAfter?: number;
  /** Where such a message is until then. */
  meanwhile?: Folder | undefined;
  /** Looks into message trace that miss a message which was taken; for ever with `Infinity`. */
  tracedAfter?: number;
}

/** What really happened, against which all reports are held: who was sent what, and what lies where. */
export class ScriptedMailbox {
  readonly #behaviour: Required<MailboxBehaviour>;
  readonly #accepted = new Map<string, number>();
  readonly #traces: { messageId: string; at: string; hiddenFor: number }[] = [];
  readonly #items = new Map<string, Item>();
  #ids = 0;

  constructor({ sentItemsAfter = 0, meanwhile, tracedAfter = 0 }: MailboxBehaviour = {}) {
    this.#behaviour = { sentItemsAfter, meanwhile, tracedAfter };
  }

  /** How often the message was taken for delivery. */
  accepted(messageId: string): number {
    return this.#accepted.get(messageId) ?? 0;
  }

  /** Drafts of the message that lie there unsent. */
  drafts(messageId: string): number {
    return [...this.#items.values()].filter((item) => item.messageId === messageId && item.isDraft && item.folder)
      .length;
  }

  submit(messageId: string): void {
    this.#accepted.set(messageId, this.accepted(messageId) + 1);
    const { sentItemsAfter, meanwhile, tracedAfter } = this.#behaviour;
    this.#traces.push({ messageId, at: new Date(Date.now()).toISOString(), hiddenFor: tracedAfter });
    this.#add({ messageId, isDraft: false, folder: meanwhile, hiddenFor: sentItemsAfter });
  }

  createDraft(messageId: string): Item {
    return this.#add({ messageId, isDraft: true, folder: 'drafts', hiddenFor: Number.POSITIVE_INFINITY });
  }

  /** Sends a draft, which from then on has another id. */
  sendDraft(id: string): boolean {
    const draft = this.get(id);
    if (!draft?.isDraft) return false;
    this.#items.delete(id);
    this.submit(draft.messageId);
    return true;
  }

  get(id: string): Item | undefined {
    return this.#items.get(id);
  }

  delete(id: string): boolean {
    return this.#items.delete(id);
  }

  /** @param folder all folders without one */
  find(folder: Folder | undefined, messageId: string): Item[] {
    const items = [...this.#items.values()].filter((item) => item.messageId === messageId);
    if (folder === 'sentitems') {
      for (const item of items) if (!item.isDraft && item.hiddenFor-- <= 0) item.folder = 'sentitems';
    }
    return items.filter((item) => item.folder !== undefined && (folder === undefined || item.folder === folder));
  }

  /** What message trace has, beside messages of others. */
  trace(sender: string): object[] {
    const at = new Date(Date.now()).toISOString();
    const entry = (messageId: string, senderAddress: string, receivedDateTime: string) => ({
      id: `${messageId} ${senderAddress}`,
      messageId,
      senderAddress,
      recipientAddress: 'ana@example.com',
      receivedDateTime,
      status: 'delivered',
    });
    return [
      ...this.#traces.filter((one) => one.hiddenFor-- <= 0).map((one) => entry(one.messageId, sender, one.at)),
      ...this.#traces.map(({ messageId }) => entry(messageId, 'else@contoso.com', at)),
      entry('<another@contoso.com>', sender, at),
    ];
  }

  #add(item: Omit<Item, 'id' | 'at'>): Item {
    const whole = { ...item, id: `AAMkA-${++this.#ids}`, at: new Date(Date.now()).toISOString() };
    this.#items.set(whole.id, whole);
    return whole;
  }
}
