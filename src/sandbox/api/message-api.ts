import { checkFields } from '../checks/check-fields.js';
import * as is from '../checks/kinds.js';
import { FILTER, filterMatcher, type MessageFilter } from './message-filter.js';
import type { MessageWaits } from './message-waits.js';
import type { Messages } from './messages.js';
import type { SandboxMessage } from './sandbox-message.js';

export interface WaitOptions extends MessageFilter {
  /** Milliseconds until it rejects. Default `10_000`. */
  timeout?: number;
  /**
   * Only a message that comes later than this one, or at this time or later by the sandbox's clock. Default: also one that
   * is there already.
   */
  after?: SandboxMessage | Date;
}

/** What `Sandbox` offers to look for messages. */
export function messageApi(messages: Messages, waits: MessageWaits) {
  return {
    messages: async (filter: MessageFilter = {}): Promise<SandboxMessage[]> =>
      messages.readAll(await messages.find(filterMatcher('sandbox.messages', filter))),
    waitFor: async (options: WaitOptions): Promise<SandboxMessage> => {
      checkFields('sandbox.waitFor', options, WAIT);
      const { timeout = 10_000, after, ...filter } = options;
      const matcher = filterMatcher('sandbox.waitFor', filter);
      return messages.read(await waits.for({ matcher, timeout, ...(after !== undefined && { after }) }));
    },
  };
}

const WAIT = {
  ...FILTER,
  timeout: is.milliseconds,
  after: {
    expected: 'a message of this sandbox or a Date',
    accepts: (value: unknown) =>
      value instanceof Date
        ? !Number.isNaN(value.getTime())
        : typeof value === 'object' &&
          value !== null &&
          'id' in value &&
          'receivedAt' in value &&
          value.receivedAt instanceof Date,
  },
};
