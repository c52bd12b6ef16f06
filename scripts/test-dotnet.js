// Restores and builds the .NET program in test/dotnet by its lock, in folders that Git ignores, and runs its tests.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const home = path.join(root, 'test/dotnet');
const env = {
  ...process.env,
  NUGET_PACKAGES: path.join(home, '.packages'),
  // Their documentation is 400 MB.
  NUGET_XMLDOC_MODE: 'skip',
  DOTNET_CLI_TELEMETRY_OPTOUT: '1',
  DOTNET_NOLOGO: '1',
  CLIENTS: path.join(home, 'bin/Debug/net10.0/Clients.dll'),
};
const run = (command, args) => spawnSync(command, args, { cwd: home, env, stdio: 'inherit' }).status ?? 1;

function hasSdk() {
  const { stdout } = spawnSync('dotnet', ['--list-sdks'], { encoding: 'utf8' });
  return (stdout ?? '').split('\n').some((line) => line.startsWith('10.'));
}

function test() {
  const build = ['build', '-p:RestoreLockedMode=true', '--verbosity', 'quiet', '--nologo', '--disable-build-servers'];
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
  return (
    run('dotnet', build) ||
    run(process.execPath, [vitest, 'run', '--config', path.join(home, 'vitest.config.js'), ...process.argv.slice(2)])
  );
}

if (hasSdk()) process.exitCode = test();
else console.log('There is no .NET SDK 10: the .NET clients did not run');
