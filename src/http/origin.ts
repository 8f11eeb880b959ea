import type { IncomingMessage } from 'node:http';
import type { FindVisit, Visit } from './forwarded.ts';
import { hasPreflightHeader } from './preflight-headers.ts';

type Request = Pick<IncomingMessage, 'headers' | 'socket'>;

/** What a browser says of the page that sends a request, and what we make of it. Whoever is no browser sends no origin. */
export interface Origins {
  /** The origin of the page where it is on the allow-list: its scripts may read our answers. */
  findListed(request: Request): string | undefined;
  /** False for a page of elsewhere. */
  isWelcome(request: Request): boolean;
  /** Whether it is certain that a page of ours or of the allow-list sent it, and not any page that its visitor has open. */
  isProven(request: Request): boolean;
  /** The same for the upgrade to a socket, before which browsers ask nobody. */
  isProvenUpgrade(request: Request): boolean;
  /** False where nobody is asked who they are and the host is not ours: a name that somebody has pointed at this machine. */
  isKnownHost(request: Request): boolean;
}

export interface OriginRules {
  readonly listed: ReadonlySet<string>;
  /** Nobody is asked who they are: pages of this machine may do all, those of elsewhere nothing. */
  readonly isLocal: boolean;
  /** Names of this server beside those of this machine. */
  readonly ownHosts: readonly string[];
  readonly publicUrl: string | undefined;
  readonly findVisit: FindVisit;
}

const loopback = /^(?:(?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

export function createOrigins({ listed, isLocal, ownHosts, publicUrl, findVisit }: OriginRules): Origins {
  const publicOrigin = publicUrl === undefined ? undefined : new URL(publicUrl).origin;
  const isOurs = (origin: string, visit: Visit) => {
    if (!URL.canParse(origin)) return false;
    const page = new URL(origin);
    if (origin === publicOrigin || (isLocal && loopback.test(page.hostname))) return true;
    return page.host !== '' && page.host === hostOf(`${page.protocol}//${visit.host}`);
  };
  const isFriend = (origin: string, request: Request) => listed.has(origin) || isOurs(origin, findVisit(request));
  const isProvenUpgrade = (request: Request) => {
    const { origin } = request.headers;
    return origin !== undefined && isFriend(origin, request);
  };
  return {
    findListed: ({ headers: { origin } }) => (origin !== undefined && listed.has(origin) ? origin : undefined),
    isWelcome: (request) => request.headers.origin === undefined || isProvenUpgrade(request),
    isProvenUpgrade,
    isProven(request) {
      if (request.headers.origin !== undefined) return isProvenUpgrade(request);
      const site = request.headers['sec-fetch-site'];
      return site === 'same-origin' || site === 'none' || hasPreflightHeader((name) => request.headers[name]);
    },
    isKnownHost(request) {
      if (!isLocal) return true;
      const name = URL.parse(`http://${findVisit(request).host}`)?.hostname ?? '';
      return loopback.test(name) || ownHosts.includes(name);
    },
  };
}

/** Without the port that is the usual one. */
function hostOf(url: string): string | undefined {
  return URL.parse(url)?.host;
}
