import type { Child } from '../elements/dom.js';
import type { Page } from './paged-source.js';

export interface ListOptions<T> {
  /** Its name for a screen reader. */
  label: string;
  /** A word for the ids of its rows. */
  name: string;
  /** In rem: rows are all of one height, so that their places need no measuring. */
  rowHeight: number;
  fetch: (offset: number, limit: number) => Promise<Page<T>>;
  key: (item: T) => string;
  row: (item: T) => Child[];
  rowClass?: (item: T) => string;
  open: (item: T, how: 'chosen' | 'passed') => void;
  /** The number of items has been heard anew. */
  counted: (length: number) => void;
}
