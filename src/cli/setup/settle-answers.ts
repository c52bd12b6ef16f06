import { OwnCommands } from '../../common/own-commands.js';
import { UsageError } from '../common/exit-codes.js';
import type { Answers, Scope } from './answers.js';
import { DEFAULT_NAME, openQuestions, withDefaults } from './questions.js';
import type { SetupFlags } from './setup-flags.js';

/**
 * Puts the answers together, once every question has one.
 * @throws UsageError that names each flag that is missing, or those that contradict each other
 */
export function settleAnswers(given: SetupFlags): Answers {
  const flags = withDefaults(given);
  const missing = openQuestions(flags).map(({ flag, help }) => `${flag}\n      ${help}`);
  const [mailbox, ...others] = flags.mailbox ?? [];
  const { deniedMailbox } = flags;
  if (missing.length > 0 || mailbox === undefined || deniedMailbox === undefined) {
    const example = new OwnCommands().plain(
      ...['setup', '--yes', '--mailbox', mailbox ?? 'noreply@contoso.com'],
      ...['--denied-mailbox', deniedMailbox ?? 'director@contoso.com'],
    );
    throw new UsageError(
      `setup needs, where nobody can be asked:\n  ${missing.join('\n  ')}\nFor instance:\n  ${example}\nNothing was written.`,
    );
  }
  const mailboxes: [string, ...string[]] = [mailbox, ...others];
  refuseContradictions(flags, mailboxes, deniedMailbox);
  return {
    mode: flags.legacyPolicy ? 'policy' : 'rbac',
    name: flags.name ?? DEFAULT_NAME,
    mailboxes,
    deniedMailbox,
    scope: scopeOf(flags),
    createMailbox: flags.createMailbox ?? false,
    cloud: flags.cloud ?? 'global',
    features: flags.with,
    tenantId: flags.tenantId,
    clientId: flags.clientId,
    objectId: flags.objectId,
  };
}

function scopeOf({ group, filter }: SetupFlags): Scope {
  return group === undefined ? { kind: 'filter', filter: filter ?? '' } : { kind: 'group', address: group };
}

function refuseContradictions(
  { group, filter, legacyPolicy, certificate, days, clientId, objectId, cloud = 'global', with: more }: SetupFlags,
  mailboxes: readonly string[],
  denied: string,
): void {
  const same = (a: string | undefined, b: string | undefined) => a?.toLowerCase() === b?.toLowerCase();
  const refuse = (text: string) => {
    throw new UsageError(`${text} Nothing was written.`);
  };
  if (group !== undefined && filter !== undefined) refuse('--group and --filter contradict each other: give one.');
  if (legacyPolicy && filter !== undefined) {
    refuse('--filter is for RBAC for Applications; an application access policy (--legacy-policy) takes a --group.');
  }
  if (mailboxes.some((one) => same(one, denied))) {
    refuse(`--denied-mailbox ${denied} is also one that may send: the proof needs another one.`);
  }
  if (group !== undefined && [...mailboxes, denied].some((one) => same(one, group))) {
    refuse(`--group ${group} is also given as a mailbox: a group has an address of its own.`);
  }
  if (certificate !== undefined && days !== undefined) {
    refuse('--days is for a new certificate; that of --certificate has its end already.');
  }
  if (more?.includes('trace') && cloud !== 'global') {
    refuse(`--with trace is for the worldwide cloud: message trace is not in the cloud ${cloud}.`);
  }
  if (objectId !== undefined && same(clientId, objectId)) {
    refuse('--object-id is the same as --client-id: it is the Object ID on the page of the Enterprise application.');
  }
}
