import type { Address } from '../api/types.js';

export function addresses(list: readonly Address[]): string {
  return list.map(({ name, address }) => (name ? `${name} <${address}>` : address)).join(', ');
}

export function recipients(...lists: Address[][]): string {
  return lists
    .flat()
    .map(({ address }) => address)
    .join(', ');
}

/** The time of day for today's messages, date and time for older ones. */
export function time(iso: string, now: Date): string {
  const date = new Date(iso);
  return date.toDateString() === now.toDateString() ? date.toLocaleTimeString() : date.toLocaleString();
}

/** The time of day with its milliseconds, for requests in quick succession. */
export function preciseTime(iso: string): string {
  return new Date(iso).toLocaleTimeString([], {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
  });
}

/** In the units of the limits that Graph documents: 150 MB are 150,000,000 bytes. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} KB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 120_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${(milliseconds / 60_000).toFixed(1)} min`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`;
}

/** Any value of the API as readable text. */
export function plainText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(plainText).join(', ');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .filter(([, part]) => plainText(part) !== '')
    .map(([name, part]) => `${words(name)}: ${plainText(part)}`)
    .join('; ');
}

/** `displayName` as `Display name`. */
export function words(name: string): string {
  const spaced = name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
