import { randomUUID } from 'node:crypto';
import { createCertificate } from './certificates/create-certificate.js';
import { anyDate } from './certificates/sign-certificate.js';
import { type FaultOptions, type FaultSettings, settleFaults } from './faults/fault-options.js';
import { type ExchangeOptions, settleExchange } from './graph/common/exchange-options.js';
import type { FromMismatch } from './graph/common/from-mismatch.js';
import { elapsed } from './http/node-timers.js';
import { settleTenant, type TenantOptions, type TenantSettings } from './tenant/tenant-options.js';

/** What clients need of a sandbox and it does not know of itself. */
export interface ConnectOptions {
  /** A client secret of the application `clientId`. It is shown to everyone who can reach the page: no secret of a real tenant. */
  clientSecret?: string;
  /** Path of a PEM file with the application's certificate and private key. */
  certificatePath?: string;
  /** Path of a PEM file with the sandbox's certificate authority. */
  caPath?: string;
}

/** All are optional: `startSandbox()` alone gives a tenant with one application and one mailbox. */
export interface SandboxOptions extends ExchangeOptions, FaultOptions, TenantOptions {
  /** Port of the HTTPS side (Entra and Graph). Default `0`: a free one. */
  port?: number;
  /** Port of the inbox page and its JSON API (plain HTTP). Default `0`: a free one. */
  inboxPort?: number;
  /**
   * Port on which Entra and Graph answer over plain HTTP as well, for clients that cannot be given a certificate authority.
   * `0`: a free one. Default: none. `graphTransport()` itself refuses hosts without https.
   */
  httpPort?: number;
  /**
   * IP address that all ports listen on. Throws when other machines can reach it (anything but `127.…` and `::1`) and
   * `allowNetwork` is not set. Default `'127.0.0.1'`.
   */
  host?: string;
  /** Allows a `host` that other machines reach. They may then read all mail and change the tenant. Default `false`. */
  allowNetwork?: boolean;
  /**
   * Further DNS names (or IP addresses) by which clients come, such as that of a container: they are in the server
   * certificate, and accepted in the Host header. Default: none beside `localhost`, `127.0.0.1`, `::1` and `host`.
   */
  names?: string[];
  /** The directory (tenant) id. Default: a random GUID. */
  tenantId?: string;
  /** The tenant's domain, which may stand wherever its id may. Default `'contoso.example'`. */
  tenantDomain?: string;
  /** The application (client) id of the default application. Default: a random GUID. */
  clientId?: string;
  /** PEM of the certificates registered for the default application. Default: one is made, with its key. */
  certificate?: string | string[];
  /**
   * Told by `GET /api/connect`, and put into what the page's section Connect gives to paste; it registers and writes nothing.
   * Default: none of these.
   */
  connect?: ConnectOptions;
  /** Mailboxes of the tenant; the returned `options` name the first. Default `'noreply@contoso.example'`. */
  mailbox?: string | string[];
  /**
   * Every address has a mailbox, which comes into being when it is first used: by a request for it, or by mail to an address
   * of `tenantDomain`. Rights stay as they are. Default `false`: an address that the tenant does not have is refused.
   */
  anyMailbox?: boolean;
  /**
   * `Sandbox.identity` of an earlier sandbox, so that clients that trust its certificate authority trust this one as well.
   * For `names` that its server certificate does not have it gets a new one of the same authority. Throws when a certificate
   * has less than a day left. Default: a new authority at every start.
   */
  identity?: string;
  /**
   * Called after each change of the running tenant, before the change is answered, with the options that give the same tenant
   * at a later start. Certificates and secrets are among them. What `anyMailbox` made is not. Must not throw.
   */
  onTenantChange?: (tenant: TenantOptions) => void;
  /** Lifetime of an access token in seconds. Default `3599`. */
  tokenLifetime?: number;
  /** Bytes of HTTP body that Graph takes; more is answered 413. Default `4_194_304`. */
  maxRequestSize?: number;
  /**
   * Bytes of MIME that a mailbox takes; more is answered `ErrorMessageSizeExceeded`. What is attached to a draft counts
   * without its base64. Default `36_700_160` (35 MB).
   */
  maxMessageSize?: number;
  /**
   * Bytes from which on an attachment may be uploaded in a session; for less, createUploadSession is answered
   * `ErrorAttachmentSizeShouldNotBeLessThanMinimumSize`. Default `3_000_000`: the 3 MB of Graph's documentation, where
   * 2,097,152 bytes are reported to do. Whatever is smaller fits into one request of `maxRequestSize`, base64 and all; with
   * 3 MiB, the last 200 bytes or so beneath would fit into neither. (fact upload-3)
   */
  minUploadSize?: number;
  /** Milliseconds that a submission lies in Drafts before it moves to Sent Items. Default `0`. */
  sentItemsDelay?: number;
  /** What becomes of a `From` that is not the mailbox's own. Default `'deny'`. */
  fromMismatch?: FromMismatch;
  /** Messages kept in memory, and as many drafts; the oldest go first. Default `5000`. */
  keep?: number;
  /**
   * Milliseconds since 1970, for everything that the sandbox dates, counts in a window or lets expire. What it delays takes
   * real time all the same. Default: `Date.now` for what it dates, and for the rest a clock that is never set.
   */
  now?: () => number;
}

/** The options with everything decided. */
export interface Settings
  extends Required<
      Omit<
        SandboxOptions,
        | keyof TenantOptions
        | keyof FaultOptions
        | 'certificate'
        | 'identity'
        | 'httpPort'
        | 'allowNetwork'
        | 'onTenantChange'
      >
    >,
    FaultSettings,
    TenantSettings {
  /** Undefined: none. */
  httpPort: number | undefined;
  /** The first of those given. */
  mailbox: string;
  /** The sandbox's clock: for what it dates. */
  now: () => number;
  /** Milliseconds since any moment: for what it counts in a window, delays or lets expire. */
  elapsed: () => number;
  /** Certificate of the default application, with its key when the sandbox made it. */
  certificate: string;
}

/** Fills in the defaults. */
export async function settle(options: SandboxOptions): Promise<Settings> {
  const {
    clientId = randomUUID(),
    // Asked anew each time: a test may set the date while the sandbox runs.
    now: machine = () => Date.now(),
    clockSkew = 0,
  } = options;
  const now = (): number => machine() + clockSkew;
  const [mailbox = 'noreply@contoso.example', ...others] = [options.mailbox ?? []].flat();
  const certificates = options.certificate === undefined ? [await ownCertificate()] : [options.certificate].flat();
  return {
    port: options.port ?? 0,
    inboxPort: options.inboxPort ?? 0,
    httpPort: options.httpPort,
    host: options.host ?? '127.0.0.1',
    names: options.names ?? [],
    tenantId: options.tenantId ?? randomUUID(),
    tenantDomain: options.tenantDomain ?? 'contoso.example',
    clientId,
    certificate: certificates.join('\n'),
    connect: options.connect ?? {},
    mailbox,
    anyMailbox: options.anyMailbox ?? false,
    ...settleTenant(options, { clientId, certificates, addresses: [mailbox, ...others] }),
    tokenLifetime: options.tokenLifetime ?? 3599,
    maxRequestSize: options.maxRequestSize ?? 4_194_304,
    maxMessageSize: options.maxMessageSize ?? 36_700_160,
    minUploadSize: options.minUploadSize ?? 3_000_000,
    ...settleExchange(options),
    ...settleFaults(options),
    sentItemsDelay: options.sentItemsDelay ?? 0,
    fromMismatch: options.fromMismatch ?? 'deny',
    keep: options.keep ?? 5000,
    now,
    elapsed: options.now ?? elapsed,
  };
}

async function ownCertificate(): Promise<string> {
  const { certificate, privateKey } = await createCertificate(anyDate);
  return `${certificate}${privateKey}`;
}
