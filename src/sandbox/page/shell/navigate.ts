/**
 * Goes to the link at once, so that the next key already acts on the new view; the back button returns. (The browser
 * announces a change of `location.hash` only later.)
 */
export function go(link: string): void {
  if (location.hash !== link) history.pushState(null, '', link);
  dispatchEvent(new HashChangeEvent('hashchange'));
}

/** Goes to the link without a new entry in the history: the back button does not step through every key that was pressed. */
export function replace(link: string): void {
  history.replaceState(null, '', link);
  dispatchEvent(new HashChangeEvent('hashchange'));
}
