import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Where a request came from and what it asked for, as the outermost proxy that we trust saw it. */
export interface Visit {
  /** The address of the client: for the audit log and for rate limits. */
  readonly clientAddress: string;
  readonly protocol: 'http' | 'https';
  /** With its port where it is not the usual one; empty for a client that named none, or nonsense. */
  readonly host: string;
}

export type FindVisit = (request: Pick<IncomingMessage, 'headers' | 'socket'>) => Visit;

/** Whether the one who sent a request on is a proxy of ours. */
type IsTrusted = (address: string, hop: number) => boolean;

const plausibleHost = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/**
 * `off`, a number of proxies that stand in front, or their networks, comma-separated (`10.0.0.0/8, ::1/128`). Headers that say
 * whom a request is forwarded for are believed only as far as that goes: anybody can send them. Throws for what is none of these.
 */
export function createVisitFinder(trustProxy: string): FindVisit {
  const isTrusted = parseTrust(trustProxy);
  // Each request is asked about several times: for its headers, its origin, its limits and the audit log.
  const found = new WeakMap<object, Visit>();
  return (request) => {
    const visit = found.get(request) ?? toVisit(request, isTrusted);
    found.set(request, visit);
    return visit;
  };
}

function toVisit({ headers, socket }: Parameters<FindVisit>[0], isTrusted: IsTrusted): Visit {
  const path = [socket.remoteAddress ?? '', ...toList(headers['x-forwarded-for']).toReversed()].map(toAddress);
  const hops = countHops(path, isTrusted);
  const proxies = isTrusted(path[0] ?? '', 0) ? Math.max(hops, 1) : 0;
  const protocol = pick(headers['x-forwarded-proto'], proxies)?.toLowerCase();
  const hosts = [pick(headers['x-forwarded-host'], proxies) ?? '', headers.host ?? ''];
  return {
    clientAddress: path[hops] ?? '',
    protocol: protocol === 'https' ? 'https' : 'http',
    host: hosts.find((host) => plausibleHost.test(host)) ?? '',
  };
}

function parseTrust(text: string): IsTrusted {
  if (text === 'off') return () => false;
  if (/^\d{1,2}$/.test(text)) return (_, hop) => hop < Number(text);
  const networks = toList(text).map((network) =>
    ipaddr.parseCIDR(network.includes('/') ? network : toNetwork(network)),
  );
  return (address) => {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.parse(address);
    return networks.some((network) => parsed.kind() === network[0].kind() && parsed.match(network));
  };
}

function toNetwork(address: string): string {
  return `${address}/${ipaddr.parse(address).kind() === 'ipv4' ? 32 : 128}`;
}

/** From us outwards, until somebody whom we do not trust, or who says nothing that can be an address. */
function countHops(path: readonly string[], isTrusted: IsTrusted): number {
  let hops = 0;
  while (hops + 1 < path.length && isTrusted(path[hops] ?? '', hops) && path[hops + 1] !== '') hops += 1;
  return hops;
}

/** What the outermost of our proxies added; what stands before it was sent by the client. */
function pick(header: string | readonly string[] | undefined, proxies: number): string | undefined {
  const values = toList(header);
  return proxies === 0 ? undefined : values.at(-Math.min(proxies, values.length));
}

function toList(header: string | readonly string[] | undefined): readonly string[] {
  const values = [header ?? []].flat().flatMap((value) => value.split(','));
  return values.map((value) => value.trim()).filter((value) => value !== '');
}

/** Without a port, and an IPv4 address as such; empty for what is none. */
function toAddress(text: string): string {
  const bare = /^\[(?<v6>[^\]]+)\](?::\d+)?$|^(?<v4>[\d.]+):\d+$/.exec(text)?.groups;
  const address = bare?.v6 ?? bare?.v4 ?? text;
  return isIP(address) > 0 ? ipaddr.process(address).toString() : '';
}
