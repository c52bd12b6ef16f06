import { element } from './dom.js';

export interface Tab {
  /** The same for every message, so that the tab stays open when the next message is shown. */
  name: string;
  label: string;
  show: () => Node | Promise<Node>;
}

export interface Tabs {
  bar: HTMLElement;
  body: HTMLElement;
}

// A hidden section may have tabs of its own, and ids are unique in the page.
let created = 0;

/** Tabs over one body, filled when it is shown. `chosen` is the name last chosen by the user. */
export function tabs(label: string, all: Tab[], chosen: string, choose: (name: string) => void): Tabs {
  created += 1;
  const id = `tabs-${created}`;
  const body = element('div', { class: 'body', role: 'tabpanel', id, tabindex: '0' });
  const buttons = all.map((tab) =>
    element('button', { type: 'button', role: 'tab', id: `${id}-${tab.name}`, 'aria-controls': id }, tab.label),
  );
  let shown = -1;
  const show = async (index: number): Promise<void> => {
    shown = index;
    for (const [at, button] of buttons.entries()) {
      button.setAttribute('aria-selected', String(at === index));
      button.tabIndex = at === index ? 0 : -1;
    }
    const { name, show: content } = all[index] as Tab;
    body.setAttribute('aria-labelledby', `${id}-${name}`);
    const node = await Promise.resolve()
      .then(content)
      .catch((error: unknown) =>
        element('p', { class: 'soft' }, error instanceof Error ? error.message : String(error)),
      );
    if (shown !== index) return;
    body.replaceChildren(node);
    body.scrollTop = 0;
  };
  const pick = (index: number): void => {
    choose((all[index] as Tab).name);
    void show(index);
  };
  for (const [index, button] of buttons.entries()) button.addEventListener('click', () => pick(index));
  const bar = element('div', { class: 'tabs', role: 'tablist', 'aria-label': label }, ...buttons);
  bar.addEventListener('keydown', (event) => {
    const targets: Record<string, number> = {
      ArrowRight: shown + 1,
      ArrowLeft: shown - 1,
      Home: 0,
      End: all.length - 1,
    };
    const to = targets[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const index = (to + all.length) % all.length;
    pick(index);
    buttons[index]?.focus();
  });
  const known = all.findIndex(({ name }) => name === chosen);
  void show(Math.max(known, 0));
  return { bar, body };
}
