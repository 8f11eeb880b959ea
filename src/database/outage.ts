/** What the database says of itself, as SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const states: ReadonlySet<string> = new Set([
  // It ends, starts, was told to end this connection, or has no place for another one.
  ...['57P01', '57P02', '57P03', '57P05', '53000', '53100', '53200', '53300'],
  // It took too long, waited for somebody else's lock, or became a standby.
  ...['57014', '55P03', '25P03', '25P04', '25006'],
]);
const undoneStates: ReadonlySet<string> = new Set(['40001', '40P01']);
const connectionState = /^08/;

/** https://www.prisma.io/docs/orm/reference/error-reference */
const prismaCodes: ReadonlySet<string> = new Set([
  ...['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2034', 'P2037'],
]);
/** Prisma's driver adapter takes these from the error and keeps its own word. */
const adapterKinds: ReadonlySet<string> = new Set([
  ...['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TransactionWriteConflict', 'TooManyConnections'],
]);
/** pg gives these no code. */
const driverMessages: ReadonlySet<string> = new Set([
  'Query read timeout',
  'timeout expired',
  'timeout exceeded when trying to connect',
  'Connection terminated',
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
  'Cannot use a pool after calling end on the pool',
]);
const socketCodes: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT'],
  ...['EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
]);

interface Layer {
  readonly code?: unknown;
  readonly errorCode?: unknown;
  readonly originalCode?: unknown;
  readonly kind?: unknown;
  readonly message?: unknown;
  readonly syscall?: unknown;
  readonly originalError?: unknown;
  readonly errors?: unknown;
  readonly meta?: { readonly driverAdapterError?: { readonly cause?: unknown } };
}

/**
 * True for a failure that says that the database cannot be reached or cannot keep up now: the same may work a moment later.
 * Whether a write has happened is not told by it.
 */
export function isOutage(error: unknown): boolean {
  return toLayers(error).some(isOutageItself);
}

/** True when the database undid the whole transaction because of another one: it may be repeated. */
export function isUndone(error: unknown): boolean {
  return toLayers(error).some((layer) => toCodes(layer).some((code) => undoneStates.has(code)));
}

/**
 * The error, and what GraphQL, Prisma and Node have wrapped into it. Not any cause: storage and providers are out of reach for
 * reasons of their own.
 */
function toLayers(error: unknown): readonly Layer[] {
  if (typeof error !== 'object' || error === null) return [];
  const layer: Layer = error;
  const several = Array.isArray(layer.errors) ? layer.errors : [];
  return [layer, ...[layer.originalError, layer.meta?.driverAdapterError?.cause, ...several].flatMap(toLayers)];
}

function isOutageItself(layer: Layer): boolean {
  if (typeof layer.kind === 'string' && adapterKinds.has(layer.kind)) return true;
  if (typeof layer.message === 'string' && driverMessages.has(layer.message)) return true;
  return toCodes(layer).some((code) => isOutageCode(code) || (isOfSocket(layer) && socketCodes.has(code)));
}

function isOutageCode(code: string): boolean {
  return states.has(code) || undoneStates.has(code) || prismaCodes.has(code) || connectionState.test(code);
}

/** As Node throws it: libraries give their own errors the same codes. */
function isOfSocket({ syscall }: Layer): boolean {
  return typeof syscall === 'string';
}

function toCodes({ code, errorCode, originalCode }: Layer): readonly string[] {
  return [code, errorCode, originalCode].filter((each) => typeof each === 'string');
}
