import { isIP, isIPv6 } from 'node:net';

/**
 * Whether `NO_PROXY` lists a host: names separated by commas or spaces, upper or lower case. A name stands for itself and
 * all names below it, with or without a dot or `*.` before it; an IP address for itself; `:port` behind either limits it to
 * that port; `*` is every host. (The rules of curl's manual, "NO_PROXY".)
 * @param host as `URL.hostname` gives it
 */
export function isException(host: string, port: number, list: string): boolean {
  const wanted = bare(host);
  return list.split(/[\s,]+/).some((entry) => {
    const [, name = '', entryPort] = isIPv6(entry) ? ['', entry] : (/^(.*?)(?::(\d+))?$/.exec(entry) ?? []);
    if (entryPort !== undefined && Number(entryPort) !== port) return false;
    if (name === '*') return true;
    const listed = bare(name.replace(/^\*?\./, ''));
    if (listed === '') return false;
    return wanted === listed || (isIP(wanted) === 0 && wanted.endsWith(`.${listed}`));
  });
}

/** Whether a host is this machine (RFC 6761, section 6.3; RFC 1122, section 3.2.1.3). */
export function isLoopback(host: string): boolean {
  const name = bare(host);
  if (isIP(name)) return name === '::1' || name.startsWith('127.');
  return name === 'localhost' || name.endsWith('.localhost');
}

function bare(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}
