type Child = Node | string;

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

/** A list of terms; an entry without a value is left out. */
export function terms(entries: [term: string, value: Child | undefined][]): HTMLDListElement {
  const list = element('dl');
  for (const [term, value] of entries) {
    if (value !== undefined && value !== '') list.append(element('dt', {}, term), element('dd', {}, value));
  }
  return list;
}
