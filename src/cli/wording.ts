/** A moment by the clock on the wall: `14:03:20`, and with its day when that is not today. */
export function timeOfDay(at: number, now: number): string {
  const [then, today] = [new Date(at), new Date(now)];
  const clock = [then.getHours(), then.getMinutes(), then.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  return then.toDateString() === today.toDateString() ? clock : `${dateOf(then)} ${clock}`;
}

function dateOf(date: Date): string {
  const [month, day] = [date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0'));
  return `${date.getFullYear()}-${month}-${day}`;
}

/** Text of somebody's file or of a server, on one line and without what would command a terminal. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();
}

/** JSON in one line that commands no terminal either: `JSON.stringify` leaves some control characters as they are. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The same for a text of several lines, which stay. */
export function printableLines(text: string): string {
  return text.split('\n').map(printableLine).join('\n');
}

/** Indentation, too, stays. */
function printableLine(line: string): string {
  return `${/^ */.exec(line)?.[0] ?? ''}${printable(line)}`;
}

/** The message of an error about a row, where its line is named already. */
export function withoutLine(message: string): string {
  return message.replace(/^Recipients, line \d+: | \(recipients, line \d+\)$/g, '');
}
