import { coalesced } from '../api/coalesce.js';
import { button, type Child, element, icon } from './dom.js';
import { safely } from './notices.js';

export interface Page<T> {
  items: T[];
  /** How many there are in all. */
  length: number;
}

export interface ListOptions<T> {
  /** The name of the list for a screen reader. */
  label: string;
  /** Prefix of the ids of its rows. */
  name: string;
  fetch: (offset: number, limit: number) => Promise<Page<T>>;
  key: (item: T) => string;
  row: (item: T) => Child[];
  rowClass?: (item: T) => string;
  open: (item: T, how: 'chosen' | 'browsed') => void;
  /** Called with the number of items after every fetch. */
  counted: (length: number) => void;
  /** Shown instead of the rows when there are none. */
  nothing: () => Child[];
}

/** Rows on a page. */
const SIZE = 50;
/** Of one page, while rows come and go. */
const MOST_FETCHES = 5;

/** A list, newest first, of which one page is in the document. */
export class PagedList<T> {
  readonly root: HTMLElement;
  readonly #list: HTMLElement;
  readonly #nothing = element('div', { class: 'nothing', hidden: '' });
  readonly #position = element('span', { class: 'place', role: 'status' });
  readonly #pager: HTMLElement;
  readonly #rows: Rows<T>;
  readonly #options: ListOptions<T>;
  /** Where the page in the document begins. */
  #offset = 0;
  #items: T[] = [];
  #length = 0;
  /** Where the page begins that the user has asked for. */
  #wanted = 0;
  /** Goes up with every new search, so that the response to an older one is not shown. */
  #generation = 0;
  #shownGeneration = -1;
  /** Its index in the whole list; -1 when that is not known. */
  #selected: { key: string; index: number } | undefined;
  readonly #load = coalesced(() => this.#fetch());

  constructor(options: ListOptions<T>) {
    this.#options = options;
    this.#list = element('div', { class: 'list', role: 'listbox', tabindex: '0', 'aria-label': options.label });
    this.#rows = new Rows<T>(this.#list, options);
    this.#pager = element(
      'nav',
      { class: 'pager', 'aria-label': 'Pages', hidden: '' },
      this.#pageButton('First page', 'M10 5l-5 5 5 5 M15 5l-5 5 5 5', () => 0),
      this.#pageButton('Previous page', 'M12 5l-5 5 5 5', () => Math.max(0, this.#wanted - SIZE)),
      this.#position,
      this.#pageButton('Next page', 'M8 5l5 5-5 5', () => Math.min(this.#wanted + SIZE, lastPage(this.#length))),
      this.#pageButton('Last page', 'M5 5l5 5-5 5 M10 5l5 5-5 5', () => lastPage(this.#length)),
    );
    this.root = element('div', { class: 'pages' }, this.#list, this.#nothing, this.#pager);
    this.#list.addEventListener('click', (event) => {
      const row = event.target instanceof Element ? event.target.closest('[role=option]') : null;
      const item = row && this.#items[Number(row.getAttribute('aria-posinset')) - 1 - this.#offset];
      if (item) options.open(item, 'chosen');
    });
  }

  get length(): number {
    return this.#length;
  }

  /** Fetches the list as it is now; the rows in view stay in view. */
  refresh(): Promise<void> {
    return this.#load();
  }

  /** For another list, as after a new search: from its top. */
  restart(): Promise<void> {
    this.#generation += 1;
    return this.#goTo(0);
  }

  /** For when what a row shows has changed, though not its item. */
  redraw(): void {
    this.#draw();
  }

  select(key: string | undefined): void {
    if (key === this.#selected?.key) return;
    this.#selected = key === undefined ? undefined : { key, index: this.#indexOf(key) };
    this.#draw();
    this.#rows.reveal();
  }

  /** To the next or the previous item, whichever page it is on. */
  move(by: number): void {
    const from = this.#selected?.index ?? -1;
    const index = Math.min(from < 0 ? this.#offset : Math.max(from + by, 0), this.#length - 1);
    if (index >= 0) safely(this.#moveTo(index));
  }

  /** To the item that is now where the selected one was. */
  stay(): void {
    if (this.#length > 0) this.move(0);
  }

  openSelected(): void {
    const item = this.#selected && this.#items[this.#selected.index - this.#offset];
    if (item) this.#options.open(item, 'chosen');
  }

  focus(): void {
    this.#list.focus();
  }

  async #moveTo(index: number): Promise<void> {
    const page = Math.floor((index - this.#offset) / SIZE);
    if (page !== 0) await this.#goTo(Math.max(0, this.#offset + page * SIZE));
    const item = this.#items[index - this.#offset];
    if (!item) return;
    this.#selected = { key: this.#options.key(item), index };
    this.#draw();
    this.#rows.reveal();
    this.#options.open(item, 'browsed');
  }

  #goTo(offset: number): Promise<void> {
    this.#wanted = offset;
    return this.#load();
  }

  async #fetch(): Promise<void> {
    const generation = this.#generation;
    const wanted = this.#wanted;
    const turned = wanted !== this.#offset || generation !== this.#shownGeneration;
    let offset = wanted;
    let page = await this.#options.fetch(offset, SIZE);
    for (let fetches = 1; fetches < MOST_FETCHES; fetches++) {
      const next = turned ? Math.min(wanted, lastPage(page.length)) : this.#offsetIn(page, offset);
      if (next === offset) break;
      const { length } = page;
      offset = next;
      page = await this.#options.fetch(offset, SIZE);
      // Otherwise rows came or went in between, and the page has moved again.
      if (page.length === length) break;
    }
    // The user has moved on: there is one more run.
    if (generation !== this.#generation || wanted !== this.#wanted) return;
    this.#show(offset, page);
    if (turned) this.#list.scrollTop = 0;
  }

  #indexOf(key: string): number {
    const at = this.#items.findIndex((item) => this.#options.key(item) === key);
    return at < 0 ? -1 : this.#offset + at;
  }

  /** Where the rows in view are now, by a page fetched at `offset`: new rows come in at the top, and old ones are deleted. */
  #offsetIn({ items, length }: Page<T>, offset: number): number {
    const [first] = this.#items;
    if (this.#offset === 0 || first === undefined) return 0;
    const key = this.#options.key(first);
    const at = items.findIndex((item) => this.#options.key(item) === key);
    const now = at >= 0 ? offset + at : Math.max(0, this.#offset + length - this.#length);
    // When items of the last page were deleted, the rest may fit on the page before.
    const short = now < this.#offset && now + SIZE > length;
    return short || now >= length ? lastPage(length) : now;
  }

  #show(offset: number, { items, length }: Page<T>): void {
    const grown = this.#shownGeneration === this.#generation ? Math.max(0, length - this.#length) : 0;
    this.#shownGeneration = this.#generation;
    this.#offset = offset;
    this.#wanted = offset;
    this.#items = items;
    this.#length = length;
    if (this.#selected) {
      const { key, index } = this.#selected;
      const found = this.#indexOf(key);
      this.#selected.index = found >= 0 || index < 0 ? found : Math.min(index + grown, length - 1);
    }
    this.#draw();
    this.#options.counted(length);
    this.#list.hidden = length === 0;
    this.#nothing.hidden = length > 0;
    if (length === 0) this.#nothing.replaceChildren(...this.#options.nothing());
    this.#drawPager();
  }

  #drawPager(): void {
    const end = this.#offset + this.#items.length;
    this.#pager.hidden = this.#length <= SIZE;
    const [first, last, all] = [this.#offset + 1, end, this.#length].map((count) => count.toLocaleString());
    const position = `${first}–${last} of ${all}`;
    if (this.#position.textContent !== position) this.#position.textContent = position;
    const buttons = [...this.#pager.querySelectorAll('button')];
    for (const [at, button] of buttons.entries()) {
      button.setAttribute('aria-disabled', String(at < 2 ? this.#offset === 0 : end >= this.#length));
    }
  }

  #draw(): void {
    this.#rows.draw(this.#items, { offset: this.#offset, length: this.#length, selected: this.#selected?.key });
  }

  /** Marked as disabled at the end of the list, but not disabled: a button that is disabled loses the focus. */
  #pageButton(name: string, path: string, to: () => number): HTMLButtonElement {
    const attributes = { type: 'button', class: 'quiet pager-button', 'aria-label': name, title: name };
    const node = element('button', attributes, icon(path));
    node.addEventListener('click', () => {
      if (to() !== this.#wanted) safely(this.#goTo(to()));
    });
    return node;
  }
}

function lastPage(length: number): number {
  return Math.max(0, Math.ceil(length / SIZE) - 1) * SIZE;
}

type RowOptions<T> = Pick<ListOptions<T>, 'key' | 'row' | 'rowClass' | 'name'>;

interface Row {
  element: HTMLElement;
  content: string;
}

interface PageState {
  /** Index of the first row within the whole list. */
  offset: number;
  /** Of the whole list. */
  length: number;
  selected: string | undefined;
}

/** The rows of one page. An unchanged row keeps its element, so that a redraw never swallows a click on it. */
class Rows<T> {
  #rows = new Map<string, Row>();
  readonly #list: HTMLElement;
  readonly #options: RowOptions<T>;

  constructor(list: HTMLElement, options: RowOptions<T>) {
    this.#list = list;
    this.#options = options;
  }

  draw(items: readonly T[], { offset, length, selected }: PageState): void {
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
    // New rows come in at the top: the rows in view stay where they are.
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

/** Shown in a list in which a search has found nothing. */
export function notFound(sentence: string, label: string, clear: () => void): Child[] {
  return [element('p', {}, sentence), button(label, clear)];
}
