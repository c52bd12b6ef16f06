import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type Confirmation, confirmSending } from '../../../src/cli/bulk/before-sending.js';

/** What comes of it when somebody types `typed`. */
async function confirm(asked: Partial<Confirmation>, typed?: string) {
  const stdin = new PassThrough();
  if (typed === undefined) stdin.end();
  else stdin.end(`${typed}\n`);
  let shown = '';
  const stdout = { write: (text: string) => (shown += text) };
  const refusal = await confirmSending(
    { mails: 1200, given: undefined, interactive: true, ...asked },
    { stdin, stdout },
  ).then(
    () => undefined,
    (error: Error) => error,
  );
  return { shown, refusal };
}

describe('a run of more than 500 mails', () => {
  it('begins when somebody types their number', async () => {
    const { shown, refusal } = await confirm({}, '1200');
    expect(refusal).toBeUndefined();
    expect(shown).toBe('Type the number of mails (1200) to send them, anything else to stop: ');
    expect((await confirm({}, ' 1,200 ')).refusal).toBeUndefined();
  });

  it.each(['y', 'yes', '120', '12000', '', '1200 mails'])('does not begin for "%s"', async (typed) => {
    expect((await confirm({}, typed)).refusal).toMatchObject({
      name: 'UsageError',
      message: 'The number was not 1200. Nothing was sent.',
    });
  });

  it('does not begin when the input ends without an answer', async () => {
    expect((await confirm({})).refusal?.message).toContain('Nothing was sent');
  });

  it('needs --confirm where nobody can be asked', async () => {
    const { shown, refusal } = await confirm({ interactive: false }, '1200');
    expect(refusal?.message).toContain('--confirm 1200');
    expect(shown).toBe('');
    expect((await confirm({ interactive: false, given: 1200 })).refusal).toBeUndefined();
  });
});

it('--confirm must be right, also for a short run and where somebody could be asked', async () => {
  expect((await confirm({ given: 1199 }, '1200')).refusal?.message).toContain('--confirm says 1,199, but 1,200 mails');
  expect((await confirm({ mails: 3, given: 4 })).refusal?.message).toContain('but 3 mails');
});

it('500 mails need no confirmation', async () => {
  const { shown, refusal } = await confirm({ mails: 500, interactive: false });
  expect([shown, refusal]).toEqual(['', undefined]);
});
