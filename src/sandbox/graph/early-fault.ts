import { describe } from '../faults/fault-answer.js';
import type { FaultList } from '../faults/fault-list.js';
import { isTarget } from '../faults/targets.js';
import type { Call } from '../http/call.js';
import { operationOf } from '../http/operation.js';
import type { Mailbox } from '../model/mailbox.js';
import type { UploadSessions } from '../model/upload-sessions.js';

/** A connection to tear down before the request has come in. */
export interface EarlyFault {
  /** For the request log. */
  fault: string;
  /** How much of the request's body is awaited. */
  after: 'head' | 'half';
}

interface Parties {
  faults: FaultList;
  directory: { find: (user: string) => Mailbox | undefined };
  uploads: UploadSessions;
}

/** The fault that strikes a request on its head, if any: nothing of it has been checked. */
export function earlyFault(call: Call, { faults, directory, uploads }: Parties): EarlyFault | undefined {
  if (!faults.hasEarly) return undefined;
  const { segments } = call.path;
  const { operation, itemId = '' } = operationOf(call.method, segments);
  if (!isTarget(operation)) return undefined;
  const mailbox = operation === 'uploadChunk' ? uploads.find(itemId)?.draft.mailbox : directory.find(segments[2] ?? '');
  const strike = faults.takeEarly(operation, {
    mailbox: mailbox ? [mailbox.id.toLowerCase(), ...mailbox.addresses] : [],
    recipients: [],
    subjects: [],
    message: '',
  });
  if (!strike) return undefined;
  if (mailbox) call.about(mailbox.address);
  return { fault: describe(strike), after: strike.reset === 'mid-body' ? 'half' : 'head' };
}
