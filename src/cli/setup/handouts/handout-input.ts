import type { Answers } from '../answers.js';
import type { PublicCertificate } from '../certificate/public-certificate.js';
import type { TraceRegistration } from './trace-registration.js';

/** What the files of all packets are made from. */
export interface PacketInput {
  answers: Answers;
  certificate: PublicCertificate;
  /** Where the program finds certificate and key: an absolute path. */
  certificatePath: string;
  /** Whether that was made now, in the developer's packet; otherwise it was there before. */
  keyMade: boolean;
  /** Name of the public certificate in the Entra administrator's packet. */
  publicFile: string;
  /** The folder that is written, as it was typed on the command line. */
  folder: string;
  /** A sandbox that plays Microsoft, instead of a tenant. */
  sandbox?: SandboxTarget | undefined;
  /** With `--with trace`. */
  trace?: TraceRegistration | undefined;
}

/** A sandbox, as the program must know it. */
export interface SandboxTarget {
  /** Origin of Entra and Graph. */
  url: string;
  inboxUrl: string;
  /** Its certificate authority, PEM. */
  ca: string;
}
