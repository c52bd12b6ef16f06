import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../../src/cli/common/configuration.js';
import { sandboxInbox, sandboxOrigin, startSandbox } from '../../../src/cli/common/known-sandbox.js';
import { OwnCommands } from '../../../src/common/own-commands.js';
import type { CloudName } from '../../../src/options/types.js';
import { makeCertificate } from '../../helpers/certificates.js';

const inbox = 'http://127.0.0.1:8025/';
const left = { GRAPH_MAIL_SANDBOX_INBOX: inbox, GRAPH_MAIL_CA: makeCertificate().certificate };
const at = (authority: string, graph = authority) => ({
  AZURE_AUTHORITY_HOST: authority,
  GRAPH_MAIL_GRAPH_HOST: graph,
});

function known(env: NodeJS.ProcessEnv, cloud?: CloudName) {
  const configuration = readConfiguration({ env: { ...left, ...env }, envFile: false, flags: { cloud } });
  return [sandboxInbox(configuration), sandboxOrigin(configuration)];
}

describe('the sandbox that a configuration leads to', () => {
  it.each([
    ['that of this machine', at('https://localhost:8443')],
    ['one of another name, without a scheme', at('sandbox:8443')],
  ])('is known: %s', (_, env) => {
    expect(known(env)).toEqual([inbox, `https://${env.GRAPH_MAIL_GRAPH_HOST.replace('https://', '')}`]);
  });

  it.each([
    ['the hosts were taken out of the file', {}, undefined],
    ['a flag names a cloud', at('https://localhost:8443'), 'global'],
    [
      'the hosts of Microsoft are set',
      at('https://login.microsoftonline.com', 'https://graph.microsoft.com/'),
      undefined,
    ],
    [
      'the hosts are those of a cloud that nobody here knows',
      at('https://login.sovereign.example', 'https://graph.sovereign.example'),
      undefined,
    ],
  ] as [string, NodeJS.ProcessEnv, CloudName | undefined][])(
    'is none where mail goes to Microsoft and the rest was left over from a sandbox: %s',
    (_, env, cloud) => {
      expect(known(env, cloud)).toEqual([undefined, undefined]);
    },
  );

  it.each([
    ['https://localhost:8443', undefined, 'sandbox'],
    ['https://localhost:9443', undefined, 'sandbox --port 9443'],
    ['https://localhost', 'http://127.0.0.1:8025/', 'sandbox --port 443'],
    ['https://localhost:8443', 'http://127.0.0.1:9025/', 'sandbox --inbox-port 9025'],
    ['https://localhost:9443', 'http://127.0.0.1/', 'sandbox --port 9443 --inbox-port 80'],
  ])('is started at %s, with its page at %s, by its ports', (origin, inbox, command) => {
    expect(startSandbox(origin, inbox)).toMatch(new RegExp(`npx nodemailer-graph-transport ${command}$`));
  });
});

it.each([
  ['https://localhost:8443', 'http://127.0.0.1:8025/', ''],
  ['https://localhost:8443', undefined, ''],
  ['https://localhost:8543', undefined, ' --port 8543'],
  ['https://localhost:8443', 'http://127.0.0.1:8125/', ' --inbox-port 8125'],
  ['https://localhost:8543', 'http://127.0.0.1:8125/', ' --port 8543 --inbox-port 8125'],
])(
  'a sandbox that does not answer at %s, with its page on %s, is started again with both ports',
  (origin, inbox, flags) => {
    const told = startSandbox(origin, inbox, new OwnCommands({ platform: 'linux' }));
    expect(told.split('\n').at(-1)).toBe(`  npx nodemailer-graph-transport sandbox${flags}`);
  },
);
