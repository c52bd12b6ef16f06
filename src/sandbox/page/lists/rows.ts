import { element } from '../elements/dom.js';
import type { ListOptions } from './paged-list.js';

type RowOptions<T> = Pick<ListOptions<T>, 'key' | 'row' | 'rowClass' | 'name'>;

interface Row {
  element: HTMLElement;
  content: string;
}

interface Place {
  /** Index of the first row in the whole list. */
  offset: number;
  /** Of the whole list. */
  length: number;
  selected: string | undefined;
}

/** The rows of one page. One that stays is the same element as before, so that a click on it is not lost to a change. */
export class Rows<T> {
  #rows = new Map<string, Row>();
  readonly #list: HTMLElement;
  readonly #options: RowOptions<T>;

  constructor(list: HTMLElement, options: RowOptions<T>) {
    this.#list = list;
    this.#options = options;
  }

  draw(items: readonly T[], { offset, length, selected }: Place): void {
    const anchor = this.#inSight();
    const before = anchor?.offsetTop ?? 0;
    const rows = new Map<string, Row>();
    for (const [index, item] of items.entries()) {
      const key = this.#options.key(item);
      const row = this.#row(key, item);
      rows.set(key, row);
      row.element.setAttribute('aria-posinset', String(offset + index + 1));
      row.element.setAttribute('aria-setsize', String(length));
      row.element.setAttribute('aria-selected', String(key === selected));
    }
    for (const [key, row] of this.#rows) if (rows.get(key) !== row) row.element.remove();
    let next = this.#list.firstChild;
    for (const { element: node } of rows.values()) {
      if (node === next) next = next.nextSibling;
      else this.#list.insertBefore(node, next);
    }
    this.#rows = rows;
    // New ones come in at the top: what is being read stays where it is.
    if (anchor?.isConnected) this.#list.scrollTop += anchor.offsetTop - before;
    const active = selected === undefined ? undefined : rows.get(selected)?.element.id;
    if (active) this.#list.setAttribute('aria-activedescendant', active);
    else this.#list.removeAttribute('aria-activedescendant');
  }

  /** Brings the selected row into sight. */
  reveal(): void {
    this.#list.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }

  /** The first row below the edge of a list that is scrolled. */
  #inSight(): HTMLElement | undefined {
    const { scrollTop } = this.#list;
    if (scrollTop === 0) return undefined;
    return [...this.#rows.values()].map((row) => row.element).find((node) => node.offsetTop >= scrollTop);
  }

  #row(key: string, item: T): Row {
    const kind = this.#options.rowClass?.(item) ?? '';
    const content = `${kind} ${JSON.stringify(item)}`;
    const known = this.#rows.get(key);
    if (known?.content === content) return known;
    const id = `${this.#options.name}-${key}`;
    const node = element('div', { id, class: `row ${kind}`.trim(), role: 'option' }, ...this.#options.row(item));
    return { element: node, content };
  }
}
