export type Child = Node | string;

/** An element whose text can only ever be text: mails are hostile, so nothing here takes HTML. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export function byId(id: string): HTMLElement {
  const node = document.getElementById(id);
  if (!node) throw new Error(`The page has no #${id}`);
  return node;
}

export function button(label: Child, act: () => void, attributes: Record<string, string> = {}): HTMLButtonElement {
  const node = element('button', { type: 'button', class: 'quiet', ...attributes }, label);
  node.addEventListener('click', act);
  return node;
}

export type Term = [term: string, value: Child | undefined];

/** A list of terms; an entry without a value is left out. */
export function terms(entries: Term[]): HTMLDListElement {
  const list = element('dl');
  for (const [term, value] of entries) {
    if (value !== undefined && value !== '') list.append(element('dt', {}, term), element('dd', {}, value));
  }
  return list;
}

/** A table that scrolls by itself when the window is too narrow for it. */
export function table(label: string, columns: string[], rows: Child[][]): HTMLElement {
  const head = element('tr', {}, ...columns.map((column) => element('th', { scope: 'col' }, column)));
  const body = rows.map((cells) => element('tr', {}, ...cells.map((cell) => element('td', {}, cell))));
  return element(
    'div',
    { class: 'table', role: 'region', 'aria-label': label, tabindex: '0' },
    element('table', {}, element('thead', {}, head), element('tbody', {}, ...body)),
  );
}

export function code(text: string): HTMLElement {
  return element('code', {}, text);
}

export function soft(text: string): HTMLElement {
  return element('span', { class: 'soft' }, text);
}

/** Nodes side by side, without an element of their own around them. */
export function fragment(...children: Child[]): DocumentFragment {
  const node = document.createDocumentFragment();
  node.append(...children);
  return node;
}

/** A small drawing of strokes in a square of 20; decoration only. */
export function icon(path: string): SVGElement {
  const drawing = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  drawing.setAttribute('viewBox', '0 0 20 20');
  drawing.setAttribute('aria-hidden', 'true');
  const strokes = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  strokes.setAttribute('d', path);
  drawing.append(strokes);
  return drawing;
}
