import { isIP } from 'node:net';

/** Whether a URL may be asked, as far as its text can tell. */
export type UrlRule = (url: URL) => boolean;

export interface UrlRuleOptions {
  readonly protocols: readonly ('http:' | 'https:')[];
  readonly ports: readonly number[];
  /** Hosts, or all below one: `*.example.com`. Undefined for every name that may be public. */
  readonly hosts: readonly string[] | undefined;
}

/** Ends of names that belong to machines and their networks, or to nobody. */
const ownDomains = new Set([
  ...['localhost', 'local', 'localdomain', 'internal', 'intranet', 'lan', 'home', 'corp', 'private', 'svc'],
  ...['arpa', 'alt', 'onion', 'test', 'example', 'invalid'],
]);

const usualPorts: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

export function createUrlRule({ protocols, ports, hosts }: UrlRuleOptions): UrlRule {
  return ({ protocol, port, hostname }) => {
    if (!protocols.some((known) => known === protocol)) return false;
    if (!ports.includes(port === '' ? (usualPorts[protocol] ?? 0) : Number(port))) return false;
    const name = hostname.replace(/\.+$/, '');
    if (hosts === undefined) return isPublicName(name);
    return hosts.some((host) => (host.startsWith('*.') ? name.endsWith(host.slice(1)) : name === host));
  };
}

/** No address either: whoever shows pictures to others has a name. */
function isPublicName(name: string): boolean {
  if (name.startsWith('[') || isIP(name) !== 0) return false;
  const labels = name.split('.');
  return labels.length > 1 && !labels.includes('') && !ownDomains.has(labels.at(-1) ?? '');
}
