import type { Item } from '../../model/item.js';
import { FILTERED, SORTED } from './message-values.js';

export interface Order {
  /** In order. */
  properties: readonly string[];
  compare: (one: Item, other: Item) => number;
}

/** Reads `$orderby`. Undefined when it is anything that the sandbox does not sort by. */
export function parseOrder(text: string): Order | undefined {
  const keys: { property: string; sign: number; read: (item: Item) => string | boolean | number }[] = [];
  for (const part of text.split(',')) {
    const [, property = '', direction = 'asc'] = /^\s*(\w+)(?:\s+(asc|desc))?\s*$/i.exec(part) ?? [];
    const read = SORTED.includes(property) ? FILTERED[property] : undefined;
    if (!read) return undefined;
    keys.push({ property, sign: direction.toLowerCase() === 'desc' ? -1 : 1, read });
  }
  return {
    properties: keys.map(({ property }) => property),
    compare: (one, other) => {
      for (const { sign, read } of keys) {
        const difference = compareValues(read(one), read(other));
        if (difference !== 0) return sign * difference;
      }
      return 0;
    },
  };
}

function compareValues(one: string | boolean | number, other: string | boolean | number): number {
  if (typeof one === 'string' && typeof other === 'string') return one.localeCompare(other, 'en');
  return Number(one) - Number(other);
}
