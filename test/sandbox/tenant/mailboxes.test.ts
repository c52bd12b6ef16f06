import { expect, it } from 'vitest';
import type { SandboxOptions } from '../../../src/sandbox/index.js';
import { createDraft, mail, startClient, startClientWith } from '../support.js';

const send = async (options: SandboxOptions, user: string) => {
  const client = await startClient(options);
  const { status } = await client.sendMail(mail({ From: user }), { user });
  return { client, status };
};

it.each(['anna@contoso.example', 'Anna@elsewhere.test', "o'neil+x@sub.contoso.example"])(
  'with anyMailbox %s sends, and has a mailbox from then on',
  async (user) => {
    const { client, status } = await send({ anyMailbox: true }, user);
    expect(status).toBe(202);
    expect(client.sandbox.mailbox(user).sentItems).toHaveLength(1);
    expect((await client.sendMail(mail({ From: user }), { user: user.toUpperCase() })).status).toBe(202);
    expect(client.sandbox.tenant.mailboxes.list()).toHaveLength(2);
    expect((await send({}, user)).status).toBe(404);
  },
);

it('a draft, a read and mail from within use it first as well', async () => {
  const client = await startClientWith({ anyMailbox: true });
  await createDraft(client, mail(), { user: 'drafts@contoso.example' });
  expect((await client.graph('GET', '/mailFolders', { user: 'reads@contoso.example' })).status).toBe(200);
  await client.sendMail(mail({ To: 'gets@contoso.example, ana@elsewhere.test', Cc: 'nobody@invalid' }));
  expect(client.sandbox.tenant.mailboxes.list().map(({ address }) => address)).toEqual([
    'noreply@contoso.example',
    'drafts@contoso.example',
    'reads@contoso.example',
    'gets@contoso.example',
  ]);
  expect(client.sandbox.mailbox('gets@contoso.example').inbox).toHaveLength(1);
});

it.each<[string, SandboxOptions, string, number]>([
  ['an id that is no address', {}, '6f1c2d3e-0000-4000-8000-000000000000', 404],
  [
    'an alias',
    { mailboxes: [{ address: 'a@contoso.example', aliases: ['b@contoso.example'] }] },
    'b@contoso.example',
    404,
  ],
  [
    'a user without a mailbox',
    { mailboxes: [{ address: 'a@contoso.example', kind: 'none' }] },
    'a@contoso.example',
    404,
  ],
  [
    'a group',
    { groups: [{ address: 'g@contoso.example', kind: 'distribution', members: [] }] },
    'g@contoso.example',
    404,
  ],
  [
    'a mailbox outside the rights of the application',
    { clientId: 'app', apps: [{ clientId: 'app', allowedMailboxes: ['noreply@contoso.example'] }] },
    'other@contoso.example',
    403,
  ],
])('anyMailbox does not change what becomes of %s', async (_, options, user, status) => {
  expect((await send({ anyMailbox: true, ...options }, user)).status).toBe(status);
});

it('nobody makes a mailbox without a token', async () => {
  const client = await startClient({ anyMailbox: true });
  expect((await client.sendMail(mail(), { user: 'new@contoso.example', token: 'none' })).status).toBe(401);
  expect(client.sandbox.tenant.mailboxes.list()).toHaveLength(1);
});

it('an address that mail must not reach still bounces', async () => {
  const undeliverable = ['gone@contoso.example'];
  const client = await startClient({ anyMailbox: true, undeliverable });
  await client.sendMail(mail({ To: 'gone@contoso.example' }));
  expect(client.sandbox.mailbox('noreply@contoso.example').inbox).toHaveLength(1);
  expect(client.sandbox.tenant.mailboxes.list()).toHaveLength(1);
});

it('of several mailboxes the first is the default, and each may send', async () => {
  const mailbox = ['a@contoso.example', 'b@contoso.example', 'A@contoso.example', 'c@contoso.example'];
  const mailboxes = [
    { address: 'B@contoso.example', displayName: 'B' },
    { address: 'd@contoso.example', aliases: ['c@contoso.example'] },
  ];
  const client = await startClient({ mailbox, mailboxes });
  expect(client.sandbox.options.mailbox).toBe('a@contoso.example');
  expect(client.sandbox.tenant.mailboxes.list().map(({ address }) => address)).toEqual([
    'a@contoso.example',
    'B@contoso.example',
    'd@contoso.example',
  ]);
  for (const user of ['a@contoso.example', 'b@contoso.example']) {
    expect((await client.sendMail(mail({ From: user }), { user })).status).toBe(202);
  }
});
