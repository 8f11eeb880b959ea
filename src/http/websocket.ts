import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExecutionArgs, GraphQLError, getOperationAST } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Identity } from '../accounts/identity.ts';
import type { Viewer } from '../accounts/viewer.ts';
import type { Logger } from '../log.ts';
import { authenticate, type Introduction, toSocketCredentials } from './authentication.ts';
import { createUnauthenticated } from './client-errors.ts';
import { toMaskedError } from './error-reports.ts';
import type { HttpSettings } from './http-settings.ts';
import type { OpenConnections } from './open-connections.ts';
import { findPersisted } from './persisted-operations.ts';
import { createRequestId, toRequestId } from './request-id.ts';
import type { RequestLimits } from './request-limits.ts';
import { checkParameters } from './request-sizes.ts';
import { spreadOut } from './spread-out.ts';
import { graphqlPath, type ServerContext, type Yoga } from './yoga.ts';

/** An operation and its variables are small; pictures never travel to us over a socket. */
const maxPayloadBytes = 256 * 1024;
const initMilliseconds = 3_000;
/** RFC 6455: the server goes down. Clients connect again. */
const closeCodeGoingAway = 1001;
/** The same for what the server cannot do now. */
const closeCodeTryAgainLater = 1013;
/** graphql-transport-ws: whoever is closed like this does not come again with the same credentials. */
const closeCodeForbidden = 4403;

export interface WebSocketDependencies {
  readonly yoga: Yoga;
  readonly identity: Identity;
  readonly settings: HttpSettings;
  readonly connections: OpenConnections;
  readonly log: Logger;
  readonly limits: RequestLimits;
}

/** What is known of a socket. */
interface SocketState {
  /** Aborts when it has closed: one for all of its operations. */
  readonly signal: AbortSignal;
  /** Undefined before it has introduced itself. */
  viewer: Viewer | undefined;
}

/** GraphQL over WebSocket (graphql-transport-ws) on the same path, with the same schema, context and masking. */
export function serveWebSockets(server: Server, dependencies: WebSocketDependencies): AsyncDisposable {
  const { settings, limits, log } = dependencies;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxPayloadBytes });
  const states = new WeakMap<WebSocket, SocketState>();
  const graphql = useServer(
    {
      // Else what it did not expect is told to the client.
      isProd: true,
      connectionInitWaitTimeout: initMilliseconds,
      jsonMessageReviver: withoutMessagesOfServers,
      execute: (args) => (args as PreparedArguments).run.execute(args),
      subscribe: (args) => (args as PreparedArguments).run.subscribe(args),
      onConnect: ({ connectionParams: parameters, extra: { socket, request } }) =>
        admit(dependencies, { parameters, request }, { socket, state: states.get(socket) }),
      onSubscribe({ extra: { socket, request: req }, subscriptions: open }, _, payload) {
        const { viewer, signal } = states.get(socket) ?? {};
        if (viewer === undefined || signal === undefined || isOver(viewer)) return [createUnauthenticated()];
        const context = { req, requestId: createRequestId(), viewer, signal };
        return prepare(dependencies, { context, socket, open }, payload);
      },
    },
    sockets,
  );
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url?.split('?')[0] !== graphqlPath) return refuse(socket, '404 Not Found');
    const { origins } = settings;
    if (!origins.isKnownHost(request) || !origins.isWelcome(request)) return refuse(socket, '403 Forbidden');
    if (limits.sockets.isFull()) return refuse(socket, '503 Service Unavailable');
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      states.set(webSocket, { signal: signalOf(webSocket), viewer: undefined });
      limits.sockets.watch(webSocket);
      sockets.emit('connection', webSocket, request);
      // A message that is too large, for example: the client's mistake, which graphql-ws would print on the console.
      webSocket
        .removeAllListeners('error')
        .on('error', ({ message }) => log.debug({ error: message }, 'a socket failed'));
    });
  };
  server.on('upgrade', upgrade);
  return {
    async [Symbol.asyncDispose]() {
      server.off('upgrade', upgrade);
      await spreadOut([...sockets.clients], (socket) => socket.close(closeCodeGoingAway, 'Going away'));
      await graphql.dispose();
      for (const socket of sockets.clients) socket.terminate();
    },
  };
}

const messagesOfServers: ReadonlySet<unknown> = new Set(['connection_ack', 'next', 'error']);

/** Leaves nothing of them, which closes the socket: graphql-ws would take them for a mistake of the server, and print it. */
function withoutMessagesOfServers(key: string, value: unknown): unknown {
  if (key !== '') return value;
  return messagesOfServers.has((value as { readonly type?: unknown } | null)?.type) ? undefined : value;
}

/** The timer that ends the socket may be late. */
function isOver({ expiresAt }: Viewer): boolean {
  return expiresAt !== null && expiresAt.getTime() <= Date.now();
}

interface Admission {
  readonly socket: WebSocket;
  readonly state: SocketState | undefined;
}

/** False for a socket of nobody, which is closed then. */
async function admit(
  dependencies: WebSocketDependencies,
  introduction: Introduction,
  { socket, state }: Admission,
): Promise<boolean> {
  const { settings, connections, limits, log } = dependencies;
  const { request } = introduction;
  const requestId = toRequestId(request);
  try {
    const credentials = toSocketCredentials(introduction, settings.origins);
    const viewer = await authenticate(dependencies, { request, requestId, credentials });
    if (state === undefined || state.signal.aborted) return false;
    limits.sockets.claim(socket, viewer);
    const connection = connections.add(viewer, (reason) => socket.close(closeCodeForbidden, reason));
    state.signal.addEventListener('abort', () => connection[Symbol.dispose]());
    state.viewer = viewer;
    return true;
  } catch (error) {
    const { extensions } = toMaskedError(log, error, requestId);
    if (extensions.code !== 'UNAUTHENTICATED') socket.close(closeCodeTryAgainLater, 'Try again later');
    return false;
  }
}

/** What graphql-ws passes on to `execute` and `subscribe`. */
interface PreparedArguments extends ExecutionArgs {
  readonly run: Pick<ReturnType<Yoga['getEnveloped']>, 'execute' | 'subscribe'>;
}

function signalOf(socket: WebSocket): AbortSignal {
  const closed = new AbortController();
  socket.once('close', () => closed.abort());
  return closed.signal;
}

interface Asked {
  readonly context: ServerContext;
  readonly socket: WebSocket;
  /** The operations of the socket, by their ids. */
  readonly open: Readonly<Record<string, unknown>>;
}

async function prepare(
  { yoga, settings, limits, log }: WebSocketDependencies,
  { context, socket, open }: Asked,
  payload: SubscribePayload,
): Promise<PreparedArguments | readonly GraphQLError[]> {
  const { schema, parse, validate, contextFactory, execute, subscribe } = yoga.getEnveloped(context);
  const { operationName, variables } = payload;
  try {
    limits.sockets.begin(socket, open);
    checkParameters(payload);
    const query = settings.persisted === undefined ? payload.query : findPersisted(settings.persisted, payload);
    const document = orParseError(() => parse(query));
    const errors: readonly GraphQLError[] = validate(schema, document);
    if (errors.length > 0) return errors;
    if (!getOperationAST(document, operationName)) return [createUnresolvedOperation()];
    const contextValue = await contextFactory();
    const run = { execute, subscribe };
    return { schema, document, operationName, variableValues: variables, contextValue, run } as PreparedArguments;
  } catch (error) {
    const masked = toMaskedError(log, error, context.requestId);
    // A socket has neither status nor headers.
    delete masked.extensions.http;
    return [masked];
  }
}

// Over HTTP, Yoga gives these two their codes.
function orParseError<Result>(parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    if (error instanceof GraphQLError) error.extensions.code ??= 'GRAPHQL_PARSE_FAILED';
    throw error;
  }
}

function createUnresolvedOperation(): GraphQLError {
  const extensions = { code: 'OPERATION_RESOLUTION_FAILURE' };
  return new GraphQLError('Could not determine what operation to execute.', { extensions });
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
