const whole = new Intl.NumberFormat('en-US');

/** `1,234` */
export function count(value: number): string {
  return whole.format(value);
}

/** `1 mail`, `1,234 mails` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `12.5 %`. All and nothing are never the result of rounding. */
export function share(part: number, all: number): string {
  if (part === 0 || all === 0) return '0 %';
  if (part === all) return '100 %';
  const percent = (100 * part) / all;
  if (percent < 0.1) return '< 0.1 %';
  if (percent > 99.9) return '> 99.9 %';
  return `${percent.toFixed(1)} %`;
}

/** `a, b and c` */
export function listed(parts: readonly string[]): string {
  if (parts.length < 2) return parts[0] ?? '';
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** How the report writes moments: in the time zone of the user who makes it. */
export class Times {
  readonly #full: Intl.DateTimeFormat;
  readonly #moment: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;
  readonly #clock: Intl.DateTimeFormat;

  constructor(timeZone?: string) {
    const zone = timeZone === undefined ? {} : { timeZone };
    const day = { day: 'numeric', month: 'short', year: 'numeric' } as const;
    const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
    this.#full = new Intl.DateTimeFormat('en-GB', { ...zone, ...day, ...clock, timeZoneName: 'short' });
    this.#moment = new Intl.DateTimeFormat('en-GB', { ...zone, ...day, ...clock });
    this.#day = new Intl.DateTimeFormat('en-GB', { ...zone, day: 'numeric', month: 'short' });
    this.#clock = new Intl.DateTimeFormat('en-GB', { ...zone, ...clock });
  }

  /** `23 Nov 2026, 14:05 CET` */
  full(at: number | string): string {
    return this.#full.format(new Date(at));
  }

  /** `23 Nov 2026, 14:05` */
  moment(at: number | string): string {
    return this.#moment.format(new Date(at));
  }

  /** `23 Nov` */
  day(at: number): string {
    return this.#day.format(new Date(at));
  }

  /** `14:05` */
  clock(at: number): string {
    return this.#clock.format(new Date(at));
  }
}

const units = [
  { length: 86_400_000, one: 'day', more: 'days' },
  { length: 3_600_000, one: 'h', more: 'h' },
  { length: 60_000, one: 'min', more: 'min' },
  { length: 1000, one: 's', more: 's' },
] as const;

/**
 * Milliseconds in words, by their two largest units as a plan needs no more: `2 h 46 min`, `3 days 1 h`, `40 s`, `less than a
 * second`.
 */
export function formatDuration(milliseconds: number): string {
  const largest = units.findIndex(({ length }) => milliseconds >= length);
  if (largest === -1) return 'less than a second';
  let left = milliseconds;
  const parts = units.slice(largest, largest + 2).map(({ length, one, more }) => {
    const count = Math.floor(left / length);
    left -= count * length;
    return count === 0 ? '' : `${count} ${count === 1 ? one : more}`;
  });
  return parts.filter((part) => part !== '').join(' ');
}
