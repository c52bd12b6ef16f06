import type { PacketInput, SetupFile } from '../common/answers.js';
import { developerPacket } from './developer.js';
import { entraPacket } from './entra-admin.js';
import { exchangePacket } from './exchange-admin.js';
import { oneAdministrator } from './one-administrator.js';
import { signOff } from './sign-off.js';
import { tracePacket } from './trace-application.js';

/** Every file but the key. */
export function allPackets(input: PacketInput, caPath: string, now: Date): SetupFile[] {
  return [
    ...developerPacket(input, caPath),
    ...entraPacket(input),
    ...exchangePacket(input),
    ...(input.trace ? tracePacket(input.trace) : []),
    signOff(input, now),
    // A sandbox has played the administrators already.
    ...(input.sandbox ? [] : [oneAdministrator(input)]),
  ];
}
