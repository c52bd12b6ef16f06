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

/**
 * A table whose rows become blocks where it is too narrow for its columns: each cell then has the name of its column above
 * it. The roles are explicit, as a browser drops them together with the table layout.
 */
export function table(label: string, columns: string[], rows: Child[][]): HTMLElement {
  const head = columns.map((column) => element('th', { scope: 'col', role: 'columnheader' }, column));
  const body = rows.map((cells) => {
    const row = cells.map((cell, at) => element('td', { role: 'cell', 'data-column': columns[at] ?? '' }, cell));
    return element('tr', { role: 'row' }, ...row);
  });
  return element(
    'div',
    { class: columns.length > 4 ? 'table many' : 'table', role: 'region', 'aria-label': label },
    element(
      'table',
      { role: 'table' },
      element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...head)),
      element('tbody', { role: 'rowgroup' }, ...body),
    ),
  );
}

export function code(text: string): HTMLElement {
  return element('code', {}, text);
}

export function soft(text: string): HTMLElement {
  return element('span', { class: 'soft' }, text);
}

/** A text in one line, shortened where it does not fit; the tooltip shows all of it. */
export function clip(text: string, kind = ''): HTMLElement {
  return element('span', { class: `clip ${kind}`.trim(), title: text }, text);
}

/** Nodes side by side, without an element of their own around them. */
export function fragment(...children: Child[]): DocumentFragment {
  const node = document.createDocumentFragment();
  node.append(...children);
  return node;
}

/** A decorative icon: strokes in a square of 20 units. */
export function icon(path: string): SVGElement {
  const drawing = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  drawing.setAttribute('viewBox', '0 0 20 20');
  drawing.setAttribute('aria-hidden', 'true');
  const strokes = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  strokes.setAttribute('d', path);
  drawing.append(strokes);
  return drawing;
}
