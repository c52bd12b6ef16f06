import { element } from '../elements/dom.js';
import { safely } from '../shell/notices.js';
import type { ListOptions } from './list-options.js';
import { PagedSource } from './paged-source.js';
import { RowPool } from './row-pool.js';

// Rows beyond the edges, so that a short scroll shows no gap.
const BEYOND = 8;

/** A list of any length with no more rows in the document than fit into sight. */
export class VirtualList<T> {
  readonly root: HTMLElement;
  readonly #space = element('div', { class: 'space', role: 'presentation' });
  readonly #source: PagedSource<T>;
  readonly #rows: RowPool<T>;
  readonly #options: ListOptions<T>;
  #selected: { key: string; index: number } | undefined;
  #drawn = -1;
  #frame = 0;

  constructor(options: ListOptions<T>) {
    this.#options = options;
    this.root = element(
      'div',
      { class: 'list', role: 'listbox', tabindex: '0', 'aria-label': options.label },
      this.#space,
    );
    this.#source = new PagedSource<T>(options.fetch, () => this.#arrived(), safely);
    this.#rows = new RowPool<T>(this.#space, options);
    this.root.addEventListener('scroll', () => this.#drawSoon(), { passive: true });
    new ResizeObserver(() => this.#drawSoon()).observe(this.root);
    this.root.addEventListener('click', (event) => {
      const row = event.target instanceof Element ? event.target.closest('[role=option]') : null;
      const item = row && this.#source.at(Number(row.getAttribute('aria-posinset')) - 1);
      if (item) options.open(item, 'chosen');
    });
  }

  get length(): number {
    return this.#source.length;
  }

  /** The list as it is now, at the place where the reader is. */
  refresh(): Promise<void> {
    return this.#source.reload();
  }

  /** Another list: from its top. */
  restart(): Promise<void> {
    this.#drawn = -1;
    this.root.scrollTop = 0;
    return this.#source.reset();
  }

  /** What a row shows has changed, though not its item. */
  redraw(): void {
    this.#draw();
  }

  select(key: string | undefined): void {
    if (key === this.#selected?.key) return;
    const index = key === undefined ? -1 : this.#source.find((item) => this.#options.key(item) === key);
    this.#selected = key === undefined ? undefined : { key, index };
    this.#draw();
    if (index >= 0) this.#reveal(index);
  }

  /** To the next or the one before. */
  move(step: number): void {
    const from = this.#selected?.index ?? -1;
    const index = Math.min(from < 0 ? 0 : Math.max(from + step, 0), this.length - 1);
    if (index >= 0) safely(this.#pass(index));
  }

  /** To the one that now stands where the selected one was. */
  stay(): void {
    if (this.length > 0) this.move(0);
  }

  openSelected(): void {
    const item = this.#selected && this.#source.at(this.#selected.index);
    if (item) this.#options.open(item, 'chosen');
  }

  focus(): void {
    this.root.focus();
  }

  async #pass(index: number): Promise<void> {
    const item = await this.#source.load(index);
    if (!item) return;
    this.#selected = { key: this.#options.key(item), index };
    this.#reveal(index);
    this.#draw();
    this.#options.open(item, 'passed');
  }

  get #height(): number {
    return this.#options.rowHeight * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  }

  #reveal(index: number): void {
    const top = index * this.#height;
    const bottom = top + this.#height - this.root.clientHeight;
    if (this.root.scrollTop > top) this.root.scrollTop = top;
    else if (this.root.scrollTop < bottom) this.root.scrollTop = bottom;
  }

  #arrived(): void {
    const more = this.#drawn < 0 ? 0 : this.length - this.#drawn;
    if (this.#selected) {
      const { key, index } = this.#selected;
      const found = this.#source.find((item) => this.#options.key(item) === key);
      this.#selected.index = found >= 0 || index < 0 ? found : Math.min(index + Math.max(more, 0), this.length - 1);
    }
    this.#space.style.setProperty('height', `${this.length * this.#height}px`);
    // New ones come in at the top: what is being read stays where it is.
    if (more > 0 && this.root.scrollTop > this.#height) this.root.scrollTop += more * this.#height;
    this.#drawn = this.length;
    this.#options.counted(this.length);
    this.#draw();
  }

  #drawSoon(): void {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const height = this.#height;
    const { scrollTop, clientHeight } = this.root;
    if (clientHeight === 0) return;
    const first = Math.max(0, Math.floor(scrollTop / height) - BEYOND);
    const last = Math.min(this.length, Math.ceil((scrollTop + clientHeight) / height) + BEYOND) - 1;
    this.#source.want(first, last);
    const active = this.#rows.draw(
      { first, last, height, length: this.length, selected: this.#selected?.key },
      (index) => this.#source.at(index),
    );
    if (active) this.root.setAttribute('aria-activedescendant', active);
    else this.root.removeAttribute('aria-activedescendant');
  }
}
