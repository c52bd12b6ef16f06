// Puts deliberate faults into the PowerShell scripts of `setup`; nearly all must be detected. See test/cli/setup/powershell.
import { runTypeScript } from './run-typescript.js';

await runTypeScript('test/cli/setup/powershell/try-faults.ts');
