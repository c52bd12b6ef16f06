import { copyable } from '../elements/copy.js';
import { element, terms } from '../elements/dom.js';
import type { AppCertificate, TenantApp } from './tenant-types.js';

export function appView({ clientId, displayName, disabled, roles, secrets, certificates }: TenantApp): HTMLElement {
  return element(
    'div',
    { class: 'card' },
    element('h3', {}, displayName === clientId ? 'Application' : (displayName ?? 'Application')),
    terms([
      ['Client id', copyable(clientId, 'the client id')],
      ['Disabled', disabled === true ? 'yes' : undefined],
      ['Roles', roles.length > 0 ? roles.join(', ') : 'none'],
      ['Secrets', String(secrets)],
    ]),
    ...certificates.map(certificateView),
  );
}

function certificateView({ subject, thumbprintSha1, thumbprintSha256, ...validity }: AppCertificate): HTMLElement {
  const { notBefore, notAfter } = validity;
  const day = (iso: string): string => new Date(iso).toLocaleDateString();
  return element(
    'div',
    { class: 'certificate' },
    element('h4', {}, `Certificate ${subject}`),
    terms([
      ['SHA-1', copyable(thumbprintSha1, 'the SHA-1 thumbprint')],
      ['SHA-256', copyable(thumbprintSha256, 'the SHA-256 thumbprint')],
      ['Valid', `${day(notBefore)} – ${day(notAfter)}`],
    ]),
  );
}
