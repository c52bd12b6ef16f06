import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { shownPath } from '../../options/shown-value.js';

/** Certificates of `NODE_EXTRA_CA_CERTS`, which Node reads when it starts, and goes on without where it cannot. */
export interface ExtraAuthorities {
  /** As the variable has it. */
  path: string | undefined;
  pem: string | undefined;
  /** Why Node goes on without them. */
  problem: string | undefined;
}

export function extraAuthorities(env: NodeJS.ProcessEnv): ExtraAuthorities {
  const path = env.NODE_EXTRA_CA_CERTS || undefined;
  if (path === undefined) return { path, pem: undefined, problem: undefined };
  const without = (problem: string) => ({
    path,
    pem: undefined,
    problem: `NODE_EXTRA_CA_CERTS ${shownPath(path)} ${problem}`,
  });
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return without(code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`);
  }
  try {
    new X509Certificate(pem);
    return { path, pem, problem: undefined };
  } catch {
    return without('holds no certificate in PEM');
  }
}
