import { Auth } from '@auth/core';
import Nodemailer from '@auth/core/providers/nodemailer';
import { graphTransport } from 'nodemailer-graph-transport';
import { expect, it } from 'vitest';
import { sandboxOfTest } from './support.js';

const origin = 'https://app.example.com';

/** As much of a database as signing in by link needs. */
function memoryAdapter() {
  const tokens = new Map();
  const users = new Map();
  return {
    createVerificationToken: (token) => tokens.set(token.token, token) && token,
    useVerificationToken: ({ token }) => {
      const found = tokens.get(token) ?? null;
      tokens.delete(token);
      return found;
    },
    createUser: (user) => users.set(user.email, user) && user,
    getUserByEmail: (email) => users.get(email) ?? null,
    getUser: (id) => [...users.values()].find((user) => user.id === id) ?? null,
    updateUser: (user) => user,
    linkAccount: (account) => account,
  };
}

it("Auth.js' Nodemailer provider sends sign-in links that work, again and again", async () => {
  const sandbox = await sandboxOfTest();
  const server = graphTransport(sandbox.options);
  const config = {
    providers: [Nodemailer({ server, from: 'Contoso <noreply@contoso.example>' })],
    adapter: memoryAdapter(),
    session: { strategy: 'jwt' },
    secret: 'a secret that only this test has',
    trustHost: true,
    basePath: '/auth',
    logger: { error: (error) => errors.push(error), warn: () => {} },
  };
  const errors = [];
  const jar = new Map();
  const visit = async (url, init = {}) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await Auth(new Request(new URL(url, origin), { ...init, headers: { cookie } }), config);
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      jar.set(name, value);
    }
    return response;
  };

  for (const email of ['ana@example.com', 'bob@example.com']) {
    jar.clear();
    const { csrfToken } = await (await visit('/auth/csrf')).json();
    const asked = await visit('/auth/signin/nodemailer', {
      method: 'POST',
      body: new URLSearchParams({ email, csrfToken, callbackUrl: `${origin}/welcome` }),
    });
    expect(errors).toEqual([]);
    expect(asked.headers.get('location')).toContain('/auth/verify-request');

    const [message] = await sandbox.messages({ recipient: email });
    expect(message).toMatchObject({
      from: { name: 'Contoso', address: 'noreply@contoso.example' },
      to: [{ address: email }],
      subject: 'Sign in to app.example.com',
    });
    expect(message.html).toContain('Sign in');
    const link = /https:\S+/.exec(message.text)?.[0];
    expect((await visit(link)).headers.get('location')).toBe(`${origin}/welcome`);
    const session = await (await visit('/auth/session')).json();
    expect(session.user.email).toBe(email);
  }
  expect(sandbox.stats()).toMatchObject({ submissions: 2, tokenRequests: 1 });
});
