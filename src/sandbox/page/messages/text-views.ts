import { copyButton } from '../elements/copy.js';
import { button, element } from '../elements/dom.js';
import { size } from '../elements/format.js';
import { safely } from '../elements/notices.js';

/** As many characters as a browser shows at once without a pause. */
const CHARACTERS_SHOWN = 1_048_576;

interface LongText {
  text: string;
  /** Whether there is more than `text`. */
  more?: boolean;
  /** The path of the whole text. */
  download: string;
  class?: string;
}

/** A text as it stands, as far as it can be shown. */
export function longText({ text, more = false, download, class: kind = '' }: LongText): Node {
  const shown = element('pre', { class: kind }, text === '' ? '(empty)' : text.slice(0, CHARACTERS_SHOWN));
  if (!more && text.length <= CHARACTERS_SHOWN) return shown;
  const link = element('a', { href: download }, 'Download all');
  return element(
    'div',
    {},
    element('p', { class: 'note' }, `Only the first ${size(CHARACTERS_SHOWN)} are shown. `, link),
    shown,
  );
}

interface SourcePaths {
  raw: string;
  /** The path of the copy that recipients get. */
  delivered?: string | undefined;
}

/** The message byte for byte, as far as it can be shown. */
export async function sourceView({ raw, delivered }: SourcePaths): Promise<Node> {
  const shown = element('div', {});
  let source = '';
  const show = async (path: string): Promise<void> => {
    const { text, more } = await beginning(path);
    source = text;
    shown.replaceChildren(longText({ text, more, download: `${raw}?download` }));
  };
  await show(raw);
  const copy = copyButton(() => source, 'the source that is shown');
  const around = (...title: Node[]): Node =>
    element('div', {}, element('div', { class: 'title' }, ...title, copy), shown);
  if (delivered === undefined) return around(element('h3', {}, 'As it lies there'));
  const choices: [label: string, path: string][] = [
    ['As submitted', raw],
    ['As delivered', delivered],
  ];
  const buttons = choices.map(([label, path]) =>
    button(label, () => {
      press(label);
      safely(show(path));
    }),
  );
  const press = (label: string): void => {
    for (const one of buttons) one.setAttribute('aria-pressed', String(one.textContent === label));
  };
  press('As submitted');
  return around(element('div', { class: 'choice', role: 'group', 'aria-label': 'Whose copy' }, ...buttons));
}

/** Reads only as much as is shown. */
async function beginning(path: string): Promise<{ text: string; more: boolean }> {
  const { body, ok, status } = await fetch(path);
  if (!ok || !body) throw new Error(`The sandbox answered ${status}.`);
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { text, more: false };
    text += value;
    if (text.length <= CHARACTERS_SHOWN) continue;
    await reader.cancel();
    return { text: text.slice(0, CHARACTERS_SHOWN), more: true };
  }
}
