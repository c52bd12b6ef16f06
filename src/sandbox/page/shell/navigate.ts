/**
 * Goes there at once, so that the next key already means the new place; the back button comes back. (A change of
 * `location.hash` is heard of later.)
 */
export function go(link: string): void {
  if (location.hash !== link) history.pushState(null, '', link);
  dispatchEvent(new HashChangeEvent('hashchange'));
}

/** Goes there in place of where the reader is: nobody wants to go back through every key that was pressed. */
export function replace(link: string): void {
  history.replaceState(null, '', link);
  dispatchEvent(new HashChangeEvent('hashchange'));
}
