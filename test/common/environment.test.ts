import { describe, expect, it } from 'vitest';
import { tokenAnswerError } from '../../src/auth/token-error.js';
import { settleOptions } from '../../src/options/check-options.js';
import { answer } from '../helpers/answers.js';
import { failureOf } from '../helpers/failure.js';

const env = {
  AZURE_TENANT_ID: '11111111-2222-4333-8444-555555555555',
  AZURE_CLIENT_ID: '66666666-7777-4888-8999-aaaaaaaaaaaa',
  AZURE_CLIENT_CERTIFICATE_PATH: 'mailer.pem',
  AZURE_CLIENT_SEND_CERTIFICATE_CHAIN: 'true',
  AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.com',
  GRAPH_MAIL_GRAPH_HOST: 'https://graph.microsoft.com',
  GRAPH_MAIL_MAILBOX: 'noreply@contoso.example',
};
const withContent = { ...env, AZURE_CLIENT_CERTIFICATE_PATH: undefined, GRAPH_MAIL_CERTIFICATE: 'MIIsecret' };

/** Rejects where `settleOptions` throws. */
const settled = async (given: NodeJS.ProcessEnv) => settleOptions({}, given);

describe('quotes that docker --env-file keeps', () => {
  const variables = [
    ...Object.keys(env).map((name) => ({ name, env })),
    { name: 'GRAPH_MAIL_CERTIFICATE', env: withContent },
  ];
  const quoted = variables.flatMap((one) => ['"', "'"].map((quote) => ({ ...one, quote })));

  it.each(quoted)(
    'around $name ($quote) are named, with the variable and nothing of its value',
    async ({ name, quote, env }) => {
      const value = env[name as keyof typeof env] ?? '';
      const error = await failureOf(settled({ ...env, [name]: `${quote}${value}${quote}` }));
      expect(error).toMatchObject({ code: 'ECONFIG', hint: expect.stringContaining('docker run --env-file') });
      expect(error.message).toBe(
        `${name} begins and ends with a quotation mark (${quote}), which is part of its value.`,
      );
      expect(`${error.message} ${error.hint}`).not.toMatch(/[Oo]ption/);
    },
  );

  it('are named where nothing is between them', async () => {
    const error = await failureOf(settled({ ...env, GRAPH_MAIL_MAILBOX: '""' }));
    expect(error.message).toMatch(/^GRAPH_MAIL_MAILBOX begins and ends/);
  });

  it('are nothing to a variable that is not read', () => {
    const mailbox = 'other@contoso.example';
    expect(settleOptions({ mailbox }, { ...env, GRAPH_MAIL_MAILBOX: '"x"' })).toMatchObject({ mailbox });
  });

  it('may belong to a password or secret, which is taken as it is', () => {
    const secret = settleOptions({}, { ...env, AZURE_CLIENT_SECRET: '"s"' }).identity;
    expect(secret.credential).toMatchObject({ secret: '"s"' });
    const password = settleOptions({}, { ...env, AZURE_CLIENT_CERTIFICATE_PASSWORD: "'p'" }).identity;
    expect(password.credential).toMatchObject({ password: "'p'" });
  });

  it.each(['"s3cret"', "'s3cret'"])('around a secret are told when Entra refuses it: %s', (secret) => {
    const refusal = answer(401, {}, JSON.stringify({ error: 'invalid_client', error_codes: [7000215] }));
    const { hint = '', message } = tokenAnswerError(refusal, undefined, secret);
    expect(hint).toMatch(/begins and ends with a quotation mark.*AZURE_CLIENT_SECRET.*docker run --env-file/);
    expect(`${hint}${message}`).not.toContain('s3cret');
    expect(tokenAnswerError(refusal, undefined, secret.slice(1)).hint).toMatch(/client secret is wrong/);
    const expired = answer(401, {}, JSON.stringify({ error: 'invalid_client', error_codes: [7000222] }));
    expect(tokenAnswerError(expired, undefined, secret).hint).toMatch(/expired/);
  });
});

describe('a value of the environment that is wrong in another way', () => {
  it.each([
    ['GRAPH_MAIL_MAILBOX', 'Ana <ana@contoso.example>'],
    ['GRAPH_MAIL_MAILBOX', 'from'],
    ['GRAPH_MAIL_GRAPH_HOST', 'http://graph.example/x'],
    ['AZURE_AUTHORITY_HOST', 'http://login.example/x'],
    ['AZURE_TENANT_ID', 'common'],
    ['AZURE_CLIENT_ID', 'x'],
  ])('is named by its variable: %s', async (name, value) => {
    const error = await failureOf(settled({ ...env, [name]: value }));
    expect(error.message).toMatch(new RegExp(`^${name}\\b`));
    expect(error.message).not.toMatch(/Option/);
  });
});
