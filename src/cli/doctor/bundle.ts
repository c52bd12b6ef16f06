import { accessSync, constants, lstatSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isGuid } from '../../common/canonical-address.js';
import { withoutQuotes } from '../../common/redact.js';
import { version } from '../../common/version.js';
import { fileProblem, isPlainlyPath, shown, shownPath } from '../../options/shown-value.js';
import { CONFIGURATION_NAMES } from '../common/configuration.js';
import { UsageError } from '../common/exit-codes.js';
import type { Check } from './common/check.js';
import type { Examination } from './common/environment.js';
import type { Verdict } from './verdict.js';

/** What variables may hold to be shown to whoever helps: what is of another form may be a secret in the wrong place. */
const truth = /^(0|1|true|false|yes|no)$/i;
const host = String.raw`(?:[a-z0-9-]+\.)+[a-z]{2,24}|localhost|\d{1,3}(?:\.\d{1,3}){3}|\[?[\da-f]*:[\da-f:.]+\]?`;
const origin = new RegExp(`^(?:https?://)?(?:${host})(?::\\d{1,5})?/?$`, 'i');
const hosts = new RegExp(`^(?:\\*|(?:\\*?\\.?(?:${host})(?:/\\d{1,3})?(?::\\d{1,5})?)(?:[,\\s]+|$))+$`, 'i');
const open: Partial<Record<string, RegExp | ((value: string) => boolean)>> = {
  AZURE_TENANT_ID: /^([0-9a-f-]{36}|([a-z0-9-]+\.)+[a-z]{2,24})$/i,
  AZURE_CLIENT_ID: /^[0-9a-f-]{36}$/i,
  AZURE_CLIENT_CERTIFICATE_PATH: isPlainlyPath,
  AZURE_CLIENT_SEND_CERTIFICATE_CHAIN: truth,
  AZURE_AUTHORITY_HOST: origin,
  GRAPH_MAIL_GRAPH_HOST: origin,
  GRAPH_MAIL_MAILBOX: (value) => isGuid(value) || shown(value) === `'${value}'`,
  GRAPH_MAIL_TRACE_CLIENT_ID: /^[0-9a-f-]{36}$/i,
  GRAPH_MAIL_TRACE_CERTIFICATE_PATH: isPlainlyPath,
  NO_PROXY: hosts,
  no_proxy: hosts,
  GRAPH_MAIL_CA: isPlainlyPath,
  NODE_EXTRA_CA_CERTS: isPlainlyPath,
};

/** A check as programs get it. */
export function plainCheck({ id, title, status, seen, cure, command }: Check): Omit<Check, 'exitCode'> {
  return { id, title, status, seen, ...(cure !== undefined && { cure }), ...(command !== undefined && { command }) };
}

/** All that helps somebody else to see what is wrong, as JSON: addresses of mailboxes are in it, secrets are not. */
export async function bundleText(examination: Examination, { verdict, exitCode, text }: Verdict): Promise<string> {
  const { flags, configuration, cloud, certificate, claims, checks, world, origins } = examination;
  const reachable = examination.hasUsableProxies ? origins : [];
  const contacts = await Promise.all(reachable.map((origin) => examination.contact(origin)));
  const bundle = {
    about:
      'Support bundle of nodemailer-graph-transport doctor. It has addresses of mailboxes and ids in it, and no key, token, secret or password.',
    at: new Date(world.clock.now()).toISOString(),
    version,
    node: process.version,
    platform: `${world.platform} ${process.arch}`,
    mode: flags.mode,
    verdict,
    exitCode,
    text,
    configuration: Object.fromEntries(
      CONFIGURATION_NAMES.filter((name) => configuration?.source[name]).map((name) => [
        name,
        {
          from: configuration?.source[name],
          value: isOpen(name, configuration?.env[name]) ? configuration?.env[name] : '(set; not shown)',
        },
      ]),
    ),
    cloud: cloud && { authorityHost: cloud.authorityHost, graphHost: cloud.graphHost },
    certificate,
    token: claims,
    servers: contacts.map(({ host, proxy, answer, failure }) => ({
      host,
      proxy: proxy?.origin,
      ...(answer && {
        certificate: answer.subject,
        issuer: answer.issuer,
        distrust: answer.distrust,
        behind: answer.behind,
      }),
      ...(failure && { failure: failure.message }),
    })),
    checks: checks.map(plainCheck),
  };
  // Nothing secret should be in it; should anything quote one all the same, it ends here.
  return `${withoutQuotes(JSON.stringify(bundle, undefined, 2), secretsOf(examination))}\n`;
}

function isOpen(name: string, value = ''): boolean {
  const form = open[name];
  return typeof form === 'function' ? form(value) : (form?.test(value) ?? false);
}

function secretsOf({ configuration, token, traceToken }: Examination): string[] {
  const hidden = CONFIGURATION_NAMES.filter((name) => !open[name]).flatMap((name) => configuration?.env[name] ?? []);
  return [...hidden.flatMap(secretPartsOf), ...[token ?? [], traceToken ?? []].flat()];
}

/** Of a URL, such as a proxy's, user and password; of anything else, all of it. */
function secretPartsOf(value: string): string[] {
  if (!/^https?:\/\//i.test(value) || !URL.canParse(value)) return [value];
  const { username, password } = new URL(value);
  return [username, password].filter((part) => part !== '');
}

/** @throws UsageError where there is something already, or nothing can be written */
export function writeBundle(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw bundleExists(file);
    throw notWritable(file, fileProblem(error));
  }
}

/** @throws UsageError where a bundle could not be written, before anything is asked or sent for it */
export function checkBundlePath(file: string): void {
  // A link that leads nowhere is there, too.
  if (lstatSync(file, { throwIfNoEntry: false })) throw bundleExists(file);
  try {
    accessSync(path.dirname(file), constants.W_OK);
  } catch (error) {
    throw notWritable(file, fileProblem(error));
  }
}

function notWritable(file: string, problem: string): UsageError {
  return new UsageError(`--bundle ${shownPath(file)} cannot be written: ${problem}.`);
}

function bundleExists(file: string): UsageError {
  return new UsageError(`--bundle ${file} is there already, and nothing is overwritten: give another name.`);
}
