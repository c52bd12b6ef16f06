import { element, soft, table } from '../elements/dom.js';

/** Objects of the tenant's configuration as a table, with the fields that they have. */
export function plainTable(label: string, objects: Record<string, unknown>[]): HTMLElement {
  if (objects.length === 0) return element('p', {}, soft('None.'));
  const names = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  const columns = names.filter((name) => objects.some((object) => plainText(object[name]) !== ''));
  return table(
    label,
    columns.map(words),
    objects.map((object) => columns.map((column) => plainText(object[column]))),
  );
}

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
function words(name: string): string {
  const spaced = name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
