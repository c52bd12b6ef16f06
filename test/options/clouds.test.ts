import { expect, test } from 'vitest';
import { resolveCloud } from '../../src/options/clouds.js';

test.each([
  ['global', 'https://login.microsoftonline.com', 'https://graph.microsoft.com'],
  ['usgov', 'https://login.microsoftonline.us', 'https://graph.microsoft.us'],
  ['usgov-dod', 'https://login.microsoftonline.us', 'https://dod-graph.microsoft.us'],
  ['china', 'https://login.partner.microsoftonline.cn', 'https://microsoftgraph.chinacloudapi.cn'],
] as const)('%s signs in at %s and sends to %s', (name, authorityHost, graphHost) => {
  expect(resolveCloud(name)).toEqual({ authorityHost, graphHost, ca: undefined, wellKnown: true });
});

test('a cloud of one’s own is taken as it is, and MSAL is told to trust it', () => {
  const own = { authorityHost: 'https://a.example', graphHost: 'https://g.example', ca: 'PEM' };
  expect(resolveCloud(own)).toEqual({ ...own, wellKnown: false });
});
