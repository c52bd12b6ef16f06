import { element, soft, table } from '../elements/dom.js';
import { plainText, words } from '../elements/format.js';

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
