// Where the Node versions are that do not run the script: packages of test/matrix, which has a lock of its own.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const matrix = fileURLToPath(new URL('../test/matrix', import.meta.url));
export const runningMajor = Number(process.versions.node.split('.')[0]);

export function installOtherNodes() {
  // The oldest binary is an optional dependency there, because it is mostly the one that runs this already.
  const args = ['ci', '--silent', '--ignore-scripts', ...(runningMajor === 20 ? ['--omit=optional'] : [])];
  const { status } = spawnSync('npm', args, { cwd: matrix, stdio: 'inherit' });
  if (status !== 0) throw new Error(`npm ci in test/matrix ended with ${status}`);
}

export function nodeBinary(major) {
  return major === runningMajor ? process.execPath : path.join(matrix, `node_modules/node${major}/bin/node`);
}
