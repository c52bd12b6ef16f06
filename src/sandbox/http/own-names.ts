import { BlockList, isIP } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether an IP address can be reached from this machine alone. */
export function isLoopback(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && LOOPBACK.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** A DNS name, or an IP address, in the one spelling that URLs and Host headers have it in: lower case, IPv6 in brackets. */
export function urlHost(name: string): string {
  return new URL(`http://${isIP(name) === 6 ? `[${name}]` : name}`).hostname;
}

/** The names under which the sandbox is asked: those of this machine, the address it listens on, and those it was given. */
export class OwnNames {
  /** What Entra and Graph are called where no name was given. */
  readonly graph: string;
  /** The same of the inbox page. */
  readonly inbox: string;
  readonly #names: ReadonlySet<string>;
  readonly #origins = new Set<string>();
  readonly #localhost: boolean;

  /** `host` is the IP address that the sandbox listens on. */
  constructor(host: string, names: readonly string[]) {
    const own = urlHost(host);
    const everywhere = own === '0.0.0.0' || own === '[::]';
    this.#localhost = everywhere || own === '127.0.0.1';
    this.graph = this.#localhost ? 'localhost' : own;
    this.inbox = this.#localhost ? '127.0.0.1' : own;
    const given = [...(everywhere ? [] : [own]), ...names.map(urlHost)];
    this.#names = new Set(['localhost', '127.0.0.1', '[::1]', ...given]);
  }

  /** Adds the origins of a port that is open now. */
  serve(scheme: 'http' | 'https', port: number): void {
    for (const name of this.#names) this.#origins.add(originOf(scheme, name, port));
  }

  /** Every origin that a page or program of this service may name, as of `http://127.0.0.1:8025`. */
  origins(scheme: 'http' | 'https', port: number): string[] {
    return [...this.#names].map((name) => originOf(scheme, name, port));
  }

  /** By which origin a client came, by its Host header; undefined when the name in it is another's. */
  cameBy(host: string | undefined, scheme: 'http' | 'https'): string | undefined {
    const origin = `${scheme}://${host}`.toLowerCase();
    if (this.#origins.has(origin)) return origin;
    // A port that was published under another number, as containers do.
    if (host === undefined || !/^[\w.:[\]-]+$/.test(host) || !URL.canParse(origin)) return undefined;
    const url = new URL(origin);
    return this.#names.has(url.hostname) ? url.origin : undefined;
  }

  /** Whether an origin is the sandbox's own, for a client that came by another one of them. */
  isOwn(origin: string, cameBy: string): boolean {
    const lower = origin.toLowerCase();
    return lower === cameBy || this.#origins.has(lower);
  }

  /** Where uploads go of a client that came by this origin: another host than Graph's, as in the service, where there is one. */
  uploadOrigin(cameBy: string): string {
    return this.#localhost ? cameBy.replace(/^(https?:\/\/)localhost(?=:|$)/, '$1127.0.0.1') : cameBy;
  }

  /** Of the Graph that a client of the inbox page reaches, by the Host header with which it asked for the page. */
  graphOrigin(host: string | undefined, scheme: 'http' | 'https', port: number): string {
    const origin = `http://${host}`;
    const name = URL.canParse(origin) ? new URL(origin).hostname : this.graph;
    return originOf(scheme, name === this.inbox || !this.#names.has(name) ? this.graph : name, port);
  }
}

/** Origin of a service on this machine, as clients write it: without the port that is the scheme's own (443, 80). */
export function originOf(scheme: 'http' | 'https', host: string, port: number): string {
  return new URL(`${scheme}://${host}:${port}`).origin;
}
