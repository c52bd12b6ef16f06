import { getJson } from '../api/client.js';
import type { Connection } from '../api/types.js';
import { copyButton } from '../elements/copy.js';
import { button, element } from '../elements/dom.js';
import { gathered } from '../shell/gathered.js';
import { safely } from '../shell/notices.js';
import type { Section } from '../shell/section.js';
import { connectionTerms } from './connection-terms.js';
import { type Snippet, snippets } from './snippets.js';

/** What a program needs to send through this sandbox. */
export function connectSection(): Section {
  const root = element('section', { class: 'document', 'aria-label': 'Connect' });
  const refresh = gathered(async () => {
    const connection = await getJson<Connection>('/api/connect');
    const authority = connection.ca === undefined ? [] : [authorityView(connection.ca)];
    root.replaceChildren(
      element('h2', {}, 'Connect'),
      element('div', { class: 'card' }, connectionTerms(connection)),
      ...authority,
      ...snippets(connection).map(snippetView),
    );
  });
  return { root, show: () => safely(refresh()), changed: () => undefined };
}

function authorityView(pem: string): HTMLElement {
  return element(
    'div',
    { class: 'card' },
    element('h3', {}, 'Certificate authority'),
    element(
      'p',
      { class: 'soft' },
      'Entra and Graph of the sandbox have a certificate of an authority of their own: save it, and let clients trust it. A sandbox on the command line keeps it in its folder as ca.pem, beside certificate.pem, with which the application signs in.',
    ),
    element(
      'div',
      { class: 'choice' },
      button('Save sandbox-ca.pem', () => save('sandbox-ca.pem', pem)),
      copyButton(() => pem, 'the certificate authority'),
    ),
  );
}

function snippetView({ title, about, text }: Snippet): HTMLElement {
  return element(
    'div',
    { class: 'card' },
    element(
      'div',
      { class: 'title' },
      element('h3', {}, title),
      copyButton(() => text, title),
    ),
    element('p', { class: 'soft' }, about),
    element('pre', { tabindex: '0', role: 'region', 'aria-label': title }, text),
  );
}

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/x-pem-file' }));
  const link = element('a', { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  URL.revokeObjectURL(url);
}
