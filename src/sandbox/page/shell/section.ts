import type { Change } from '../api/client.js';
import type { PagedList } from '../elements/paged-list.js';
import type { Route } from './route.js';

/** One of the six parts of the page. */
export interface Section {
  readonly root: HTMLElement;
  /** Called when it becomes visible, and when its route changes while it is. */
  show(route: Route): void;
  /** Called when something has changed in the sandbox while it is visible. */
  changed(change: Change): void;
  /** The list that the keys move through. */
  readonly list?: Pick<PagedList<never>, 'move' | 'openSelected' | 'focus'>;
  /** From the open item back to the list. */
  back?(): void;
  /** Deletes the open item. */
  remove?(): void;
  readonly search?: HTMLInputElement;
}
