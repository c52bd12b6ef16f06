import type { HandoutInput, SetupFile } from '../common/answers.js';
import { developerHandout } from './developer.js';
import { entraHandout } from './entra-admin.js';
import { exchangeHandout } from './exchange-admin.js';
import { oneAdministrator } from './one-administrator.js';
import { signOff } from './sign-off.js';
import { traceHandout } from './trace-application.js';

/** All files except the key. */
export function allHandouts(input: HandoutInput, caPath: string, now: Date): SetupFile[] {
  return [
    ...developerHandout(input, caPath),
    ...entraHandout(input),
    ...exchangeHandout(input),
    ...(input.trace ? traceHandout(input.trace) : []),
    signOff(input, now),
    // In a sandbox everything is registered already.
    ...(input.sandbox ? [] : [oneAdministrator(input)]),
  ];
}
