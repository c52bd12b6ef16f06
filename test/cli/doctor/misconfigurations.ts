import type { CheckStatus } from '../../../src/cli/doctor/common/check.js';
import type { DoctorFlags } from '../../../src/cli/doctor/common/environment.js';
import type { SandboxOptions } from '../../../src/sandbox/index.js';
import { certificateRows } from './rows/certificate.js';
import { configurationRows } from './rows/configuration.js';
import { mailboxRows } from './rows/mailboxes.js';
import { networkRows } from './rows/network.js';
import { permissionRows } from './rows/permissions.js';
import { signInRows } from './rows/sign-in.js';
import { traceRows } from './rows/trace.js';
import type { DoctorFixture } from './support.js';

/** Something that is wrong on purpose, and how `doctor` names it. */
export interface Misconfiguration {
  what: string;
  /** The tenant, where it is not the usual one. */
  tenant?: SandboxOptions;
  /** Makes it wrong. */
  arrange?: (fixture: DoctorFixture) => unknown;
  flags?: Partial<DoctorFlags>;
  /** Title of the check that finds it. */
  check: string;
  status?: CheckStatus;
  /** Parts of what it says. */
  says: string;
  cure: string;
  exitCode: number;
  /** Titles of other checks with a warning, which is true as well. */
  besides?: string[];
}

export const misconfigurations: readonly Misconfiguration[] = [
  ...configurationRows,
  ...certificateRows,
  ...networkRows,
  ...signInRows,
  ...permissionRows,
  ...mailboxRows,
  ...traceRows,
];
