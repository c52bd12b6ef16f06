import { getJson } from '../api/client.js';
import { coalesced } from '../api/coalesce.js';
import type { Connection } from '../api/types.js';
import { copyButton } from '../elements/copy.js';
import { button, element } from '../elements/dom.js';
import { safely } from '../elements/notices.js';
import type { Section } from '../shell/section.js';
import { connectionTerms } from './connection-terms.js';
import { placeholders, type Snippet, snippets } from './snippets.js';

/** What a program needs to send through this sandbox. */
export function connectSection(): Section {
  const root = element('section', { class: 'document', 'aria-label': 'Connect' });
  const refresh = coalesced(async () => {
    const connection = await getJson<Connection>('/api/connect');
    const authority = connection.ca === undefined ? [] : [authorityView(connection, connection.ca)];
    root.replaceChildren(
      element('h2', {}, 'Connect'),
      element('div', { class: 'card' }, connectionTerms(connection)),
      ...authority,
      ...snippets(connection).map(snippetView),
    );
  });
  return { root, show: () => safely(refresh()), changed: () => undefined };
}

function authorityView(connection: Connection, pem: string): HTMLElement {
  return element(
    'div',
    { class: 'card' },
    element('h3', {}, 'Certificate authority'),
    element(
      'p',
      { class: 'soft' },
      'Entra and Graph of the sandbox have a certificate of an authority of their own, which clients must trust. ',
      filesInWords(connection),
    ),
    element(
      'div',
      { class: 'choice' },
      button('Save ca.pem', () => save('ca.pem', pem)),
      copyButton(() => pem, 'the certificate authority'),
    ),
  );
}

/** Where the files and the secret of the snippets are, or how to get them. */
function filesInWords({ certificatePath, caPath, clientSecret }: Connection): string {
  if (certificatePath !== undefined && caPath !== undefined && clientSecret !== undefined) {
    return 'It is in the file of caPath; the application signs in with the certificate and key of certificatePath, or with clientSecret.';
  }
  return `This sandbox was started by a program, and writes no files. For what is below, save ca.pem here, and write options.certificate of the sandbox into ${placeholders.certificatePath}; for a client secret, give the sandbox one in apps, and tell it in connect.`;
}

function snippetView({ title, about, file, command, text }: Snippet): HTMLElement {
  return element(
    'div',
    { class: 'card' },
    element(
      'div',
      { class: 'title' },
      element('h3', {}, title),
      copyButton(() => text, title),
    ),
    element('p', { class: 'soft' }, [about, howToRun(file, command)].filter(Boolean).join(' ')),
    element('pre', { tabindex: '0', role: 'region', 'aria-label': title }, text),
  );
}

function howToRun(file: string | undefined, command: string | undefined): string {
  if (file === undefined) return '';
  return command === undefined ? `Save it as ${file}.` : `Save it as ${file}, and run: ${command}`;
}

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/x-pem-file' }));
  const link = element('a', { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  URL.revokeObjectURL(url);
}
