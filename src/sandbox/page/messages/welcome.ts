import { getJson } from '../api/client.js';
import type { Connection } from '../api/types.js';
import { connectionTerms } from '../connect/connection-terms.js';
import { element } from '../elements/dom.js';
import { linkTo } from '../shell/route.js';

/** Stands where a message will be. */
export async function welcome(title: string): Promise<Node> {
  const connection = await getJson<Connection>('/api/connect');
  return element(
    'div',
    { class: 'empty' },
    element('h2', {}, title),
    element(
      'p',
      { class: 'soft' },
      'Mail that is sent through this sandbox shows up here. It never leaves this machine.',
    ),
    connectionTerms(connection),
    element('p', {}, element('a', { href: linkTo('connect') }, 'How to connect a program')),
    element(
      'p',
      { class: 'soft keys' },
      element('kbd', {}, 'j'),
      ' ',
      element('kbd', {}, 'k'),
      ' next and previous · ',
      element('kbd', {}, '/'),
      ' search · ',
      element('kbd', {}, '?'),
      ' all keys',
    ),
  );
}
