import { configError } from '../common/errors.js';
import { isFake } from '../common/timers.js';

/**
 * Nodemailer's streams wait for the global `setImmediate`, which a test may have faked. What is in memory is composed without
 * them, as a rule.
 * @throws GraphMailError `ECONFIG`, where they would wait for ever
 */
export function checkNodemailersTimers(): void {
  if (!isFake(globalThis.setImmediate)) return;
  throw configError(
    'Nodemailer reads some content of this message as a stream and waits for setImmediate, which a test has faked.',
    "Leave that real, as in vi.useFakeTimers({ toFake: ['setTimeout', 'Date'] }) or jest.useFakeTimers({ doNotFake: ['setImmediate'] }).",
  );
}
