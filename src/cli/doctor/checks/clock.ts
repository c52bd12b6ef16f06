import { EXIT } from '../../common/exit-codes.js';
import { type Check, failed, ok, skipped, warning } from '../common/check.js';
import type { CheckContext } from '../common/check-context.js';

const subject = { id: 'clock', title: 'Clock' };

/** Milliseconds; Entra refuses assertions that are more than a few minutes away from its own time. */
export const clockTolerance = 300_000;
const goodEnough = 60_000;

/** Compares this machine's clock with the `Date` of the servers' answers. */
export async function checkClock(context: CheckContext): Promise<Check[]> {
  const blocked = context.blocked(subject, 'configuration');
  if (blocked) return [blocked];
  const error = await context.clockError();
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

const units: readonly [ms: number, name: string][] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
];

/** A duration in its largest unit, such as `20 minutes`; rounded down unless `round` says otherwise. */
export function durationInWords(ms: number, round: (n: number) => number = Math.floor): string {
  const [length, name] = units.find(([unit]) => ms >= unit) ?? [1_000, 'second'];
  const n = round(ms / length);
  return `${n} ${name}${n === 1 ? '' : 's'}`;
}
