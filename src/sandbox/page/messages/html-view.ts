import { button, element } from '../elements/dom.js';

const WIDTHS = ['Desktop', 'Mobile'];
let width = 'Desktop';

/** The HTML of a mail in a frame that can run nothing; what it could load, the server's policy forbids. */
export function htmlView(path: string): Node {
  const frame = element('iframe', {
    sandbox: '',
    referrerpolicy: 'no-referrer',
    title: 'HTML of the message',
    src: path,
  });
  const paper = element('div', { class: 'paper' }, frame);
  const buttons = WIDTHS.map((name) =>
    button(name, () => {
      width = name;
      draw();
    }),
  );
  const draw = (): void => {
    paper.classList.toggle('mobile', width === 'Mobile');
    for (const one of buttons) one.setAttribute('aria-pressed', String(one.textContent === width));
  };
  draw();
  const choice = element('div', { class: 'choice', role: 'group', 'aria-label': 'Width' }, ...buttons);
  return element('div', { class: 'html' }, choice, paper);
}
