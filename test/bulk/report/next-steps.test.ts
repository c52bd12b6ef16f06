import { describe, expect, it } from 'vitest';
import { nextSteps } from '../../../src/bulk/report/next-steps.js';
import { noTotals, type ReportTotals } from '../../../src/bulk/report/totals.js';
import { OwnCommands } from '../../../src/common/own-commands.js';

const command = 'npx nodemailer-graph-transport bulk';

function stepsFor(some: Partial<ReportTotals>, { bouncesRead = false, canReadBounces = true } = {}) {
  return nextSteps({
    totals: { ...noTotals(), ...some },
    folder: 'mail-runs/0123',
    bouncesRead,
    canReadBounces,
    commands: new OwnCommands({ platform: 'linux' }),
    suppress: undefined,
  });
}

describe('what to do next', () => {
  it('is nothing when all is sent and delivered', () => {
    expect(stepsFor({ rows: 1, sent: 1, delivery: { ...noTotals().delivery, delivered: 1 } })).toEqual([]);
  });

  it.each<[string, Partial<ReportTotals>, string[]]>([
    ['mails that are left', { left: 2 }, [`${command} resume mail-runs/0123`]],
    ['rejected mails', { rejectedAs: { row: 0, send: 1 } }, [`${command} retry mail-runs/0123 --failed`]],
    ['rows to correct', { rejectedAs: { row: 1, send: 0 } }, []],
    [
      'dead addresses',
      { delivery: { ...noTotals().delivery, hard: 1 } },
      [`${command} bounces mail-runs/0123 --suppress suppressed.txt`],
    ],
    ['pending mails', { delivery: { ...noTotals().delivery, pending: 1 } }, [`${command} bounces mail-runs/0123`]],
  ])('with %s has the exact commands', (_, some, commands) => {
    const steps = stepsFor(some);
    expect(steps).toHaveLength(1);
    expect(steps[0]?.commands).toEqual(commands);
  });

  it('keeps looking for unknown mails apart from sending them again, which says that somebody may get two', () => {
    expect(stepsFor({ unknown: 2 }).map(({ what, commands }) => [what, commands])).toEqual([
      ['Find out about 2 unknown mails', [`${command} resume mail-runs/0123 --verify`]],
      ['Or send them again, which somebody may then get twice', [`${command} resume mail-runs/0123 --resend-unknown`]],
    ]);
  });

  it('repeats the .env file and the suppression list of the run, and names files from where they are pasted', () => {
    const totals = { ...noTotals(), unknown: 1, delivery: { ...noTotals().delivery, hard: 1 } };
    const commandsFrom = (from: string, envFile: string | false) =>
      nextSteps({
        totals,
        folder: '/srv/app/mail-runs/01',
        commands: new OwnCommands({ platform: 'linux', from, envFile }),
        suppress: '/srv/lists/nobody else.txt',
        bouncesRead: false,
        canReadBounces: false,
      }).flatMap(({ commands }) => commands.map((one) => one.replace(`${command} `, '')));
    expect(commandsFrom('/srv/app', '/srv/x/.env').slice(1)).toEqual([
      'resume mail-runs/01 --env-file ../x/.env --resend-unknown',
      "bounces mail-runs/01 --env-file ../x/.env --suppress '../lists/nobody else.txt'",
    ]);
    expect(commandsFrom('/srv/app', '/srv/app/.env')[0]).toBe('resume mail-runs/01 --verify');
    expect(commandsFrom('/srv/app', false)[0]).toBe('resume mail-runs/01 --no-env-file --verify');
    expect(commandsFrom('/home/ana/project', '/srv/app/.env')[0]).toBe(
      'resume /srv/app/mail-runs/01 --env-file /srv/app/.env --verify',
    );
  });

  it('begins with what is most pressing', () => {
    const steps = stepsFor({ unknown: 1, left: 1, rejectedAs: { row: 1, send: 1 } });
    expect(steps.map(({ what }) => what)).toEqual([
      'Find out about 1 unknown mail',
      'Or send it again, which somebody may then get twice',
      'Send the one that is left',
      'Once the cause is put right, try 1 rejected mail again',
      'Correct 1 row of the recipients',
    ]);
  });

  it('does not speak of bounces where no Inbox can be read', () => {
    const pending = { delivery: { ...noTotals().delivery, pending: 1 } };
    expect(stepsFor(pending, { canReadBounces: false })).toEqual([]);
  });
});
