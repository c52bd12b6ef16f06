import { describe, expect, test } from 'vitest';
import { type AccessToken, TokenSource } from '../../src/auth/token-source.js';
import { GraphMailError } from '../../src/common/errors.js';
import { VirtualClock } from '../helpers/virtual-clock.js';

const hour = 3_600_000;

interface Asked {
  claims: string | undefined;
  give(token: string, life?: number): void;
  fail(error: Error): void;
}

/** A token endpoint whose answers the test gives when it likes. */
function endpoint() {
  const clock = new VirtualClock();
  const asked: Asked[] = [];
  const source = new TokenSource(
    (claims) =>
      new Promise<AccessToken>((resolve, reject) => {
        asked.push({
          claims,
          give: (token, life = hour) => resolve({ token, lifetime: life }),
          fail: reject,
        });
      }),
    clock,
  );
  return { clock, asked, source };
}

async function withToken(life = hour) {
  const all = endpoint();
  const token = all.source.get();
  all.asked[0]?.give('first', life);
  await token;
  return all;
}

describe('the first token', () => {
  test('is asked for once, however many wait for it', async () => {
    const { source, asked } = endpoint();
    const waiting = Promise.all(Array.from({ length: 100 }, () => source.get()));
    expect(asked).toHaveLength(1);
    asked[0]?.give('first');
    expect(new Set(await waiting)).toEqual(new Set(['first']));
    expect(await source.get()).toBe('first');
    expect(asked).toHaveLength(1);
  });

  test('that does not come fails all who wait, and the next asks anew', async () => {
    const { source, asked } = endpoint();
    const waiting = Promise.allSettled([source.get(), source.get()]);
    asked[0]?.fail(new Error('down'));
    expect((await waiting).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const again = source.get();
    asked[1]?.give('second');
    expect(await again).toBe('second');
  });
});

describe('before a token ends', () => {
  test('it is used without asking for another', async () => {
    const { source, asked, clock } = await withToken();
    await clock.advance(hour - 300_001);
    expect(await source.get()).toBe('first');
    expect(asked).toHaveLength(1);
  });

  test('it is renewed once in the background while the old one serves everybody', async () => {
    const { source, asked, clock } = await withToken();
    await clock.advance(hour - 299_000);
    const tokens = await Promise.all(Array.from({ length: 50 }, () => source.get()));
    expect(new Set(tokens)).toEqual(new Set(['first']));
    expect(asked).toHaveLength(2);
    asked[1]?.give('second');
    await clock.advance(0);
    expect(await source.get()).toBe('second');
    expect(asked).toHaveLength(2);
  });

  test('a renewal that fails harms nobody, and is tried again a little later', async () => {
    const { source, asked, clock } = await withToken();
    await clock.advance(hour - 299_000);
    await source.get();
    asked[1]?.fail(new Error('down'));
    await clock.advance(0);
    expect(await source.get()).toBe('first');
    expect(asked).toHaveLength(2);
    await clock.advance(10_000);
    expect(await source.get()).toBe('first');
    expect(asked).toHaveLength(3);
    asked[2]?.give('third');
    await clock.advance(0);
    expect(await source.get()).toBe('third');
  });

  test('a short life is renewed at half of it', async () => {
    const { source, asked, clock } = await withToken(200_000);
    await clock.advance(99_999);
    await source.get();
    expect(asked).toHaveLength(1);
    await clock.advance(1);
    expect(await source.get()).toBe('first');
    expect(asked).toHaveLength(2);
  });
});

describe('a token about to end', () => {
  test('is not used any more', async () => {
    const { source, asked, clock } = await withToken();
    await clock.advance(hour - 30_000);
    const next = source.get();
    asked[1]?.give('second');
    expect(await next).toBe('second');
  });

  test('is waited for where its renewal is already under way', async () => {
    const { source, asked, clock } = await withToken();
    await clock.advance(hour - 200_000);
    await source.get();
    await clock.advance(200_000);
    const waiting = Promise.all([source.get(), source.get()]);
    expect(asked).toHaveLength(2);
    asked[1]?.give('second');
    expect(await waiting).toEqual(['second', 'second']);
  });
});

describe('a token that Graph refused', () => {
  test('is replaced once for all who held it', async () => {
    const { source, asked } = await withToken();
    const replaced = Promise.all(Array.from({ length: 20 }, () => source.replace('first')));
    expect(asked).toHaveLength(2);
    asked[1]?.give('second');
    expect(new Set(await replaced)).toEqual(new Set(['second']));
    expect(await source.replace('first')).toBe('second');
    expect(asked).toHaveLength(2);
  });

  test('is never given again, not even when its replacement does not come', async () => {
    const { source, asked } = await withToken();
    const replaced = source.replace('first');
    asked[1]?.fail(new Error('down'));
    await expect(replaced).rejects.toThrow('down');
    const next = source.get();
    expect(asked).toHaveLength(3);
    asked[2]?.give('third');
    expect(await next).toBe('third');
  });

  test('is replaced with the claims that Graph wants', async () => {
    const { source, asked } = await withToken();
    const replaced = source.replace('first', '{"a":1}');
    asked[1]?.give('second');
    await replaced;
    expect(asked[1]?.claims).toBe('{"a":1}');
  });

  test('is replaced with those claims also while a renewal without them is under way', async () => {
    const { source, asked, clock } = await withToken();
    await clock.advance(hour - 200_000);
    await source.get();
    const replaced = source.replace('first', '{"a":1}');
    asked[1]?.give('renewed without claims');
    await clock.advance(0);
    asked[2]?.give('with claims');
    expect(await replaced).toBe('with claims');
    expect(asked[2]?.claims).toBe('{"a":1}');
  });
});

test('a token that is renewed for a role keeps the claims of the one before', async () => {
  const { source, asked } = await withToken();
  const replaced = source.replace('first', '{"a":1}');
  asked[1]?.give('second');
  const renewed = source.renewFor('Mail.Read', await replaced);
  expect(asked[2]?.claims).toBe('{"a":1}');
  asked[2]?.give('third');
  await renewed;
});

describe('a refusal that nobody has done anything about', () => {
  const refusal = () => new GraphMailError('No token: AADSTS700016', { code: 'EAUTH', permanent: true });

  test('is not asked for again by those who were waiting behind it', async () => {
    const clock = new VirtualClock();
    let requests = 0;
    const source = new TokenSource(async () => {
      requests++;
      throw refusal();
    }, clock);
    for (let i = 0; i < 5; i++) await expect(source.get()).rejects.toMatchObject({ code: 'EAUTH' });
    expect(requests).toBe(1);
  });

  test('is forgotten after a second, and at once by verify()', async () => {
    const clock = new VirtualClock();
    let requests = 0;
    const source = new TokenSource(async () => {
      if (++requests < 3) throw refusal();
      return { token: 'fresh', lifetime: 3_600_000 };
    }, clock);
    await expect(source.get()).rejects.toThrow();
    await expect(source.verify()).rejects.toThrow();
    await clock.advance(1_000);
    await expect(source.get()).resolves.toBe('fresh');
  });
});
