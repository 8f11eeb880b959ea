import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import type { AddressRule } from './public-address.ts';
import type { ResolveName } from './resolve-name.ts';

export interface Guard {
  readonly isAllowed: AddressRule;
  /** Undefined for the system's way. */
  readonly resolve: ResolveName | undefined;
}

/** For the name, the connection and TLS together. */
const connectMilliseconds = 4_000;
const maxAddresses = 32;
const maxHeaderBytes = 16 * 1024;

/**
 * Connects to addresses that are allowed, nowhere else. They are checked where the connection is made, so that a name that
 * answers differently the second time gains nothing, and again when it stands. No connection serves two requests.
 */
export function createGuardedAgent({ isAllowed, resolve }: Guard): Agent {
  const lookup = resolve === undefined ? {} : { lookup: createLookup(resolve, isAllowed) };
  const connect = buildConnector({ ...lookup, timeout: connectMilliseconds, allowH2: false, maxCachedSessions: 0 });
  return new Agent({
    pipelining: 0,
    maxHeaderSize: maxHeaderBytes,
    connect(options, callback) {
      const literal = options.hostname.replace(/^\[|\]$/g, '');
      // A host that is an address is never looked up.
      if (isIP(literal) !== 0 && !isAllowed(literal)) return callback(createRefusal(), null);
      connect(options, (...[error, socket]) => {
        if (error !== null) return callback(error, null);
        const { remoteAddress } = socket;
        if (remoteAddress !== undefined && isAllowed(remoteAddress)) return callback(null, socket);
        socket.destroy();
        callback(createRefusal(), null);
      });
    },
  });
}

/** All addresses of a name must be allowed: which of them is tried is not ours to choose. */
function createLookup(resolve: ResolveName, isAllowed: AddressRule): LookupFunction {
  const find = async (hostname: string) => {
    const addresses = await resolve(hostname);
    const areAllowed = addresses.every(({ address }) => isAllowed(address));
    const [first] = addresses;
    if (first === undefined || addresses.length > maxAddresses || !areAllowed) throw createRefusal();
    return { addresses: [...addresses], first };
  };
  return (hostname, { all }, callback) => {
    find(hostname).then(
      ({ addresses, first }) => (all ? callback(null, addresses) : callback(null, first.address, first.family)),
      (error) => callback(error, '', 0),
    );
  };
}

function createRefusal(): Error {
  return new Error('The address is not allowed.');
}
