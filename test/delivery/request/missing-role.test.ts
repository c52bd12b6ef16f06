import { describe, expect, test } from 'vitest';
import { GraphMailError } from '../../../src/common/errors.js';
import type { Command } from '../../../src/delivery/request/types.js';
import { answer, graphError, type Script } from '../../helpers/answers.js';
import { messageId, setUp } from '../../helpers/delivery-setup.js';
import { failureOf } from '../../helpers/failure.js';

/** A token as Entra makes them, told from the others by its `uti`. */
function tokenWith(roles: readonly string[], count: number): string {
  const claims = { appid: 'app', uti: String(count), ...(roles.length > 0 && { roles }) };
  return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
}

/** What the application is granted, which a token has from the moment on in which it is made. */
function tenant(granted: string[]) {
  const token = async (_: string | undefined, count: number) => tokenWith(granted, count);
  return { granted, token };
}

const noPermissions = answer(401, {}, graphError('NoPermissionsInAccessToken'));
const denied = answer(403, {}, graphError('ErrorAccessDenied', 'Access is denied. Check credentials and try again.'));
const outOfScope = answer(403, {}, graphError('ErrorAccessDenied', 'Access to OData is disabled: [RAOP] : Blocked.'));
const sendAs = answer(403, {}, graphError('ErrorSendAsDenied'));

const rolesOf = (token: string): string[] =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).roles ?? [];

/** Refuses whoever's token lacks the role. */
const wants =
  (role: string, refusal = denied): Script =>
  (_, { token }) =>
    rolesOf(token).includes(role) ? answer(202) : refusal;

describe('a permission that was granted after the token', () => {
  test.each([
    ['without any, told by 401', [], noPermissions],
    ['without any, told by 403', [], answer(403, {}, graphError('NoPermissionsInAccessToken'))],
    ['with another, told by 403', ['Mail.Read'], denied],
    ['told as a scope that does not hold the mailbox', ['Mail.Read'], outOfScope],
  ])('counts for the mail that meets its absence: a token %s', async (_, held, refusal) => {
    const { granted, token } = tenant([...held]);
    const { send, context, tokens } = setUp({ token, script: wants('Mail.Send', refusal) });
    await context.tokens.get();
    granted.push('Mail.Send');
    expect((await send()).receipt.attempts).toBe(2);
    expect(tokens).toHaveLength(2);
  });

  test('counts within a minute for a program whose mails were refused before', async () => {
    const { granted, token } = tenant([]);
    const { send, clock, tokens } = setUp({ token, script: wants('Mail.Send', noPermissions) });
    await failureOf(send());
    granted.push('Mail.Send');
    await clock.advance(59_999);
    await failureOf(send());
    await clock.advance(1);
    expect((await send()).receipt.attempts).toBe(2);
    await send();
    expect(tokens).toHaveLength(3);
  });

  test('counts for all messages that are in flight together', async () => {
    const { granted, token } = tenant([]);
    const { send, clock, context, tokens, graph } = setUp({ token, script: wants('Mail.Send', noPermissions) });
    await context.tokens.get();
    granted.push('Mail.Send');
    const all = Promise.all(Array.from({ length: 8 }, () => send()));
    await clock.advance(0);
    await all;
    expect(tokens).toHaveLength(2);
    expect(graph.requests).toHaveLength(12);
  });
});

describe('a permission that is never granted', () => {
  test.each([
    ['401', noPermissions],
    ['403', denied],
  ])('makes for one token a minute, however many mails meet %s', async (_, refusal) => {
    const { send, clock, tokens, graph } = setUp({ token: tenant([]).token, script: () => refusal });
    for (let mail = 0; mail < 20; mail++) {
      expect(await failureOf(send())).toMatchObject({ code: 'EAUTH', outcome: 'not-sent', permanent: true });
    }
    expect([tokens.length, graph.requests.length]).toEqual([2, 21]);
    await clock.advance(60_000);
    await failureOf(send());
    expect([tokens.length, graph.requests.length]).toEqual([3, 23]);
  });

  test('does not take the token from what it does permit, while none is to be had', async () => {
    const { send, context } = setUp({
      way: { onUnknown: 'verify', verifyWindow: 0 },
      token: async (_, count) => {
        if (count > 1) throw new GraphMailError('No token', { code: 'ESOCKET', command: 'TOKEN' });
        return tokenWith(['Mail.Send'], count);
      },
      script: (index, { command }) => {
        if (command !== 'sendMail') return denied;
        return answer(index === 0 ? 504 : 202);
      },
    });
    expect(await failureOf(send())).toMatchObject({ outcome: 'unknown' });
    await send();
    expect(context.tokens.ready).toBe(tokenWith(['Mail.Send'], 1));
  });
});

describe('no other token is asked for', () => {
  const opaque = async (_: string | undefined, count: number) => `opaque-${count}`;
  test.each([
    ['when the token has the permission', tenant(['Mail.Send']).token, denied],
    ['when the token cannot be read, and the answer does not say what is missing', opaque, denied],
    ['when the sender is what is refused', tenant([]).token, sendAs],
    ['when the mail is what is refused', tenant([]).token, answer(400, {}, graphError('ErrorInvalidRecipients'))],
  ])('%s', async (_, token, refusal) => {
    const { send, tokens, graph } = setUp({ token, script: () => refusal });
    await failureOf(send());
    expect([tokens.length, graph.requests.length]).toEqual([1, 1]);
  });

  test('and nothing is sent again, where a mail may have been sent', async () => {
    const { send, graph } = setUp({ token: tenant([]).token, script: () => answer(504, {}, graphError('X')) });
    expect(await failureOf(send())).toMatchObject({ outcome: 'unknown' });
    expect(graph.requests).toHaveLength(1);
  });
});

describe('what permits a request', () => {
  const drafts: Command[] = ['createDraft', 'sendDraft'];
  test.each<[Command, string[], boolean]>([
    ['createDraft', ['Mail.Send'], true],
    ['createDraft', ['Mail.Send', 'Mail.ReadWrite'], false],
    ['sendDraft', ['Mail.ReadWrite'], true],
    ['sendDraft', ['Mail.ReadWrite', 'Mail.Send'], false],
    ['findMessages', ['Mail.Send'], true],
    ['findMessages', ['Mail.Send', 'Mail.ReadBasic.All'], false],
    ['findMessages', ['Mail.Send', 'Mail.Read'], false],
    ['findMessages', ['Mail.Send', 'Mail.ReadWrite'], false],
  ])('%s refused with %j: another token is asked for: %s', async (refused, granted, asked) => {
    const { send, tokens } = setUp({
      token: tenant(granted).token,
      way: { delivery: drafts.includes(refused) ? 'draft' : 'direct', onUnknown: 'verify', verifyWindow: 0 },
      script: (_, { command }) => {
        if (command === refused) return denied;
        if (command === 'createDraft')
          return answer(201, {}, JSON.stringify({ id: 'draft', internetMessageId: messageId }));
        return answer(command === 'sendMail' ? 504 : 204);
      },
    });
    await failureOf(send());
    expect(tokens).toHaveLength(asked ? 2 : 1);
  });
});
