import type { Change } from '../api/client.js';
import type { PagedList } from '../elements/paged-list.js';
import type { Route } from './route.js';

/** One of the six parts of the page. */
export interface Section {
  readonly root: HTMLElement;
  /** It comes into sight, or its address changes while it is. */
  show(route: Route): void;
  /** Something has changed in the sandbox while it is in sight. */
  changed(change: Change): void;
  /** What the keys go through. */
  readonly list?: Pick<PagedList<never>, 'move' | 'openSelected' | 'focus'>;
  /** From what is open to the list. */
  back?(): void;
  /** Deletes what is open. */
  remove?(): void;
  readonly search?: HTMLInputElement;
}
