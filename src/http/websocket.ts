import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExecutionArgs, GraphQLError, getOperationAST } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Logger } from '../log.ts';
import { toMaskedError } from './error-reports.ts';
import { isWelcomeOrigin } from './origin.ts';
import { createRequestId } from './request-id.ts';
import { checkParameters } from './request-sizes.ts';
import type { SocketLimits } from './socket-limits.ts';
import { spreadOut } from './spread-out.ts';
import { graphqlPath, type ServerContext, type Yoga } from './yoga.ts';

/** An operation and its variables are small; pictures never travel to us over a socket. */
const maxPayloadBytes = 256 * 1024;
const initMilliseconds = 3_000;
/** RFC 6455: the server goes down. Clients connect again. */
const closeCodeGoingAway = 1001;

export interface WebSocketDependencies {
  readonly yoga: Yoga;
  readonly log: Logger;
  readonly limits: SocketLimits;
}

/** GraphQL over WebSocket (graphql-transport-ws) on the same path, with the same schema, context and masking. */
export function serveWebSockets(server: Server, { yoga, log, limits }: WebSocketDependencies): AsyncDisposable {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxPayloadBytes });
  const signals = new WeakMap<WebSocket, AbortSignal>();
  const graphql = useServer(
    {
      // Else what it did not expect is told to the client.
      isProd: true,
      connectionInitWaitTimeout: initMilliseconds,
      execute: (args) => (args as PreparedArguments).run.execute(args),
      subscribe: (args) => (args as PreparedArguments).run.subscribe(args),
      onSubscribe: ({ extra, subscriptions }, _, payload) => {
        const { socket, request: req } = extra;
        const signal = signals.get(socket) ?? AbortSignal.abort();
        const context = { req, requestId: createRequestId(), signal };
        return prepare({ yoga, log, limits }, { context, socket, open: subscriptions }, payload);
      },
    },
    sockets,
  );
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url?.split('?')[0] !== graphqlPath) return refuse(socket, '404 Not Found');
    if (!isWelcomeOrigin(request)) return refuse(socket, '403 Forbidden');
    if (limits.isFull()) return refuse(socket, '503 Service Unavailable');
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      signals.set(webSocket, signalOf(webSocket));
      limits.watch(webSocket);
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

/** What graphql-ws passes on to `execute` and `subscribe`. */
interface PreparedArguments extends ExecutionArgs {
  readonly run: Pick<ReturnType<Yoga['getEnveloped']>, 'execute' | 'subscribe'>;
}

/** Aborts when the socket has closed: one for all of its operations. */
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
  { yoga, log, limits }: WebSocketDependencies,
  { context, socket, open }: Asked,
  payload: SubscribePayload,
): Promise<PreparedArguments | readonly GraphQLError[]> {
  const { query, operationName, variables } = payload;
  const { schema, parse, validate, contextFactory, execute, subscribe } = yoga.getEnveloped(context);
  try {
    limits.begin(socket, open);
    checkParameters(payload);
    const document = orParseError(() => parse(query));
    const errors: readonly GraphQLError[] = validate(schema, document);
    if (errors.length > 0) return errors;
    if (!getOperationAST(document, operationName)) return [createUnresolvedOperation()];
    const contextValue = await contextFactory();
    limits.claim(socket, contextValue.viewer);
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
