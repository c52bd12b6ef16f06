import { EXIT } from '../../common/exit-codes.js';
import { type Check, failed, ok, skipped, warning } from '../common/check.js';
import type { Examination } from '../common/environment.js';
import { durationInWords } from '../durations.js';

const subject = { id: 'clock', title: 'Clock' };

/** Milliseconds; Entra refuses assertions that are outside a few minutes of its own time. */
export const clockTolerance = 300_000;
const goodEnough = 60_000;

/** Compares this machine's clock with the `Date` of the servers' answers. */
export async function checkClock(examination: Examination): Promise<Check[]> {
  const blocked = examination.blocked(subject, 'configuration');
  if (blocked) return [blocked];
  const error = await examination.clockError();
  if (!error) return [skipped(subject, 'Not checked: no server answered whose time could be compared.')];
  const { behind, host } = error;
  const off = Math.abs(behind);
  if (off <= goodEnough)
    return [
      ok(subject, `It agrees with that of ${host}${off < 2_000 ? '' : ` to ${durationInWords(off, Math.round)}`}.`),
    ];
  const seen = `This machine's clock is ${durationInWords(off, Math.round)} ${behind > 0 ? 'behind' : 'ahead of'} that of ${host}.`;
  if (off <= clockTolerance) return [warning(subject, seen, synchronise)];
  return [
    failed(
      subject,
      EXIT.configuration,
      `${seen} Entra refuses what is signed at such a time (AADSTS700024).`,
      synchronise,
    ),
  ];
}

const synchronise =
  'Synchronise the clock of this machine (Linux: timedatectl set-ntp true; Windows: w32tm /resync); in a container or virtual machine, that of its host.';
