import { element } from '../elements/dom.js';
import type { ListOptions } from './list-options.js';

interface Row {
  element: HTMLElement;
  content: string;
}

type RowOptions<T> = Pick<ListOptions<T>, 'key' | 'row' | 'rowClass' | 'name'>;

export interface Stretch {
  first: number;
  last: number;
  /** Of a row, in pixels. */
  height: number;
  /** Of the whole list. */
  length: number;
  selected: string | undefined;
}

/** The rows in sight. One that stays in sight stays the same element, so that a click on it is not lost to a change. */
export class RowPool<T> {
  #rows = new Map<string, Row>();
  readonly #space: HTMLElement;
  readonly #options: RowOptions<T>;

  constructor(space: HTMLElement, options: RowOptions<T>) {
    this.#space = space;
    this.#options = options;
  }

  /** Gives the id of the selected row, when it is among them. */
  draw({ first, last, height, length, selected }: Stretch, at: (index: number) => T | undefined): string | undefined {
    const rows = new Map<string, Row>();
    let active: string | undefined;
    for (let index = first; index <= last; index += 1) {
      const item = at(index);
      const key = item === undefined ? `?${index}` : this.#options.key(item);
      const row = this.#row(key, item);
      rows.set(key, row);
      const { element: node } = row;
      node.setAttribute('aria-posinset', String(index + 1));
      node.setAttribute('aria-setsize', String(length));
      node.setAttribute('aria-selected', String(key === selected));
      if (key === selected) active = node.id;
      node.style.setProperty('transform', `translateY(${index * height}px)`);
      node.style.setProperty('height', `${height}px`);
    }
    for (const [key, row] of this.#rows) if (rows.get(key) !== row) row.element.remove();
    let next = this.#space.firstChild;
    for (const { element: node } of rows.values()) {
      if (node === next) next = next.nextSibling;
      else this.#space.insertBefore(node, next);
    }
    this.#rows = rows;
    return active;
  }

  #row(key: string, item: T | undefined): Row {
    const known = this.#rows.get(key);
    if (item === undefined) return known ?? { element: this.#element(key, 'row waiting'), content: '' };
    const kind = this.#options.rowClass?.(item) ?? '';
    const content = `${kind} ${JSON.stringify(item)}`;
    if (known?.content === content) return known;
    const node = this.#element(key, `row ${kind}`);
    node.append(...this.#options.row(item));
    return { element: node, content };
  }

  #element(key: string, kind: string): HTMLElement {
    return element('div', { id: `${this.#options.name}-${key}`, class: kind.trim(), role: 'option' });
  }
}
