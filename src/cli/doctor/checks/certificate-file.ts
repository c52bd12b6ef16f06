import { statSync } from 'node:fs';
import { readFiles } from '../../../auth/certificate/content.js';
import { isGraphMailError } from '../../../common/errors.js';
import { EXIT } from '../../common/exit-codes.js';
import { type Check, failed, ok, skipped, warning } from '../common/check.js';
import type { Examination } from '../common/environment.js';

const subject = { id: 'certificate-file', title: 'Certificate file' };

/** Whether the file is there, can be read, and is for nobody else's eyes. */
export async function checkCertificateFile(examination: Examination): Promise<Check[]> {
  const blocked = examination.blocked(subject, 'configuration');
  if (blocked) return [blocked];
  const { credential } = examination.settings?.identity ?? {};
  if (credential?.kind !== 'certificate') return [skipped(subject, 'The application signs in without a certificate.')];
  const { source, from } = credential;
  if (!('paths' in source)) return [ok(subject, `None: the certificate stands in ${from}.`)];
  try {
    readFiles(source.paths, from);
  } catch (error) {
    if (!isGraphMailError(error)) throw error;
    return [failed(subject, EXIT.configuration, error.message, error.hint)];
  }
  const open = examination.world.platform === 'win32' ? undefined : openToOthers(source.paths);
  if (!open) return [ok(subject, `${source.paths.join(', ')} can be read.`)];
  return [
    warning(
      subject,
      `${open.path} can be read, also by ${open.who} (mode ${open.mode}): whoever has the key can send as the application.`,
      `Let only the account that runs the program read it:\n${examination.commands.line('chmod', '600', { file: open.path })}`,
    ),
  ];
}

export function openToOthers(paths: readonly string[]): { path: string; who: string; mode: string } | undefined {
  for (const path of paths) {
    const mode = statSync(path).mode & 0o777;
    const who = mode & 0o007 ? 'every account of this machine' : mode & 0o070 ? 'its group' : undefined;
    if (who) return { path, who, mode: mode.toString(8).padStart(4, '0') };
  }
  return undefined;
}
