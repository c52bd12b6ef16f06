import { expect, it } from 'vitest';
import { startSandbox } from '../../src/cli/common/known-sandbox.js';
import { OwnCommands } from '../../src/common/own-commands.js';

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
