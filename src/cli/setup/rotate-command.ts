import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { isGuid } from '../../common/canonical-address.js';
import { EXIT, type ExitCode, UsageError } from '../common/exit-codes.js';
import type { Terminal } from '../common/terminal.js';
import type { SetupFlags } from './common/answers.js';
import { newCertificate, ownCertificate, type PublicCertificate } from './common/certificate.js';
import { day } from './common/quoting.js';
import { rotationHandout } from './handouts/rotation.js';
import { DEFAULT_DAYS, DEFAULT_NAME, nameAnswer } from './questions.js';
import { refuseExisting, writeFiles } from './write-files.js';

/** `setup --rotate`: the next key and certificate, in a folder of their own, and the steps of the change. */
export async function rotateCommand(flags: SetupFlags, terminal: Terminal): Promise<ExitCode> {
  if (flags.certificate !== undefined || flags.sandbox !== undefined || flags.with !== undefined) {
    throw new UsageError(
      '--rotate makes a new certificate: leave out --certificate, --sandbox and --with. Nothing was written.',
    );
  }
  const folder = path.resolve(flags.out);
  const envFile = path.join(folder, 'developer/.env');
  const env = await readEnv(envFile, flags.out);
  const now = terminal.clock.now();
  const password = terminal.env.AZURE_CLIENT_CERTIFICATE_PASSWORD;
  const old = await certificateInUse(env.AZURE_CLIENT_CERTIFICATE_PATH, password, now);
  const rotation = `rotation-${day(new Date(now))}`;
  await refuseExisting(
    folder,
    [rotation],
    '  It is the next certificate already: its steps are in developer/README.md there.',
  );
  const name = flags.name ?? commonName(old) ?? DEFAULT_NAME;
  const { pem, certificate } = await newCertificate(name, Number(flags.days ?? DEFAULT_DAYS), now);
  const keyPath = path.join(folder, rotation, 'developer/graph-mailer.pem');
  const known = (value: string | undefined) => (value !== undefined && isGuid(value) ? value : undefined);
  await writeFiles(
    path.join(folder, rotation),
    rotationHandout({
      pem,
      certificate,
      keyPath,
      envFile,
      old,
      oldPath: env.AZURE_CLIENT_CERTIFICATE_PATH,
      tenantId: flags.tenantId ?? known(env.AZURE_TENANT_ID),
      clientId: flags.clientId ?? known(env.AZURE_CLIENT_ID),
      cloud: flags.cloud ?? cloudOf(env),
    }),
  );
  terminal.stdout.write(`Made the next key and certificate, valid to ${day(certificate.validTo)}:
  ${keyPath}
  SHA-1 ${certificate.thumbprintSha1}
The one in use was not touched. The steps of the change, without an
interruption, are in ${path.join(flags.out, rotation, 'developer', 'README.md')}.
`);
  return EXIT.ok;
}

async function readEnv(file: string, shown: string): Promise<NodeJS.Dict<string>> {
  try {
    return parseEnv(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new UsageError(
      `There is no ${file} to rotate the certificate of. Give the folder that setup wrote with --out (now: ${shown}). Nothing was written.`,
      { cause },
    );
  }
}

/** An expired or missing certificate does not prevent the next one. */
async function certificateInUse(
  file: string | undefined,
  password: string | undefined,
  now: number,
): Promise<PublicCertificate | undefined> {
  return file ? ownCertificate(file, password, now).catch(() => undefined) : undefined;
}

/** The name of the application, if the subject of the certificate has the form that `setup` writes. */
function commonName(certificate: PublicCertificate | undefined): string | undefined {
  const [, escaped] = /^CN=((?:\\.|[^\\,+])+)$/.exec(certificate?.subject ?? '') ?? [];
  const name = escaped?.replaceAll(/\\(.)/g, '$1');
  return name !== undefined && nameAnswer(name) === undefined ? name : undefined;
}

function cloudOf({ AZURE_AUTHORITY_HOST: login = '', GRAPH_MAIL_GRAPH_HOST: graph = '' }: NodeJS.Dict<string>) {
  if (graph.includes('dod-graph')) return 'usgov-dod';
  if (login.includes('microsoftonline.us')) return 'usgov';
  return login.includes('chinacloudapi.cn') ? 'china' : 'global';
}
