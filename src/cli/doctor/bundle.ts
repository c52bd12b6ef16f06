import { accessSync, constants, lstatSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isGuid } from '../../common/canonical-address.js';
import { withoutQuotes } from '../../common/redact.js';
import { version } from '../../common/version.js';
import { fileProblem, isPlainlyPath, shown, shownPath } from '../../options/shown-value.js';
import { CONFIGURATION_NAMES } from '../common/configuration-variables.js';
import { UsageError } from '../common/exit-codes.js';
import type { Check } from './common/check.js';
import type { CheckContext } from './common/check-context.js';
import type { Verdict } from './report.js';

/** The form that the value of a variable must have to be shown in the bundle: any other form may be a secret in the wrong variable. */
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

/** A check as programs read it. */
export function plainCheck({ id, title, status, seen, cure, command }: Check): Omit<Check, 'exitCode'> {
  return { id, title, status, seen, ...(cure !== undefined && { cure }), ...(command !== undefined && { command }) };
}

/** Everything that helps a supporter to see what is wrong, as JSON: it holds addresses of mailboxes, and no secret. */
export async function bundleText(context: CheckContext, { verdict, exitCode, text }: Verdict): Promise<string> {
  const { flags, configuration, cloud, certificate, claims, checks, environment, origins } = context;
  const reachable = context.hasUsableProxies ? origins : [];
  const contacts = await Promise.all(reachable.map((origin) => context.contact(origin)));
  const bundle = {
    about:
      'Support bundle of nodemailer-graph-transport doctor. It has addresses of mailboxes and ids in it, and no key, token, secret or password.',
    at: new Date(environment.clock.now()).toISOString(),
    version,
    node: process.version,
    platform: `${environment.platform} ${process.arch}`,
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
  // No secret should be in it; one that a message quotes all the same is removed here.
  return `${withoutQuotes(JSON.stringify(bundle, undefined, 2), secretsOf(context))}\n`;
}

function isOpen(name: string, value = ''): boolean {
  const form = open[name];
  return typeof form === 'function' ? form(value) : (form?.test(value) ?? false);
}

function secretsOf({ configuration, token, traceToken }: CheckContext): string[] {
  const hidden = CONFIGURATION_NAMES.filter((name) => !open[name]).flatMap((name) => configuration?.env[name] ?? []);
  return [...hidden.flatMap(secretPartsOf), ...[token ?? [], traceToken ?? []].flat()];
}

/** User and password of a URL, such as a proxy's; any other value as a whole. */
function secretPartsOf(value: string): string[] {
  if (!/^https?:\/\//i.test(value) || !URL.canParse(value)) return [value];
  const { username, password } = new URL(value);
  return [username, password].filter((part) => part !== '');
}

/** @throws UsageError where the file exists already, or cannot be written */
export function writeBundle(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw bundleExists(file);
    throw notWritable(file, fileProblem(error));
  }
}

/** @throws UsageError where a bundle could not be written; called before any request is made */
export function checkBundlePath(file: string): void {
  // A dangling link counts as an existing file.
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
