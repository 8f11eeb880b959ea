import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExecutionArgs, GraphQLError } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { createRequestId } from './request-id.ts';
import { graphqlPath, type ServerContext, type Yoga } from './yoga.ts';

/** An operation and its variables are small; pictures never travel to us over a socket. */
const maxPayloadBytes = 256 * 1024;
const initMilliseconds = 3_000;

/** GraphQL over WebSocket (graphql-transport-ws) on the same path, with the same schema, context and masking. */
export function serveWebSockets(server: Server, yoga: Yoga): AsyncDisposable {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxPayloadBytes });
  const graphql = useServer(
    {
      connectionInitWaitTimeout: initMilliseconds,
      execute: (args) => (args as PreparedArguments).run.execute(args),
      subscribe: (args) => (args as PreparedArguments).run.subscribe(args),
      onSubscribe: ({ extra }, _, payload) => prepare(yoga, extra, payload),
    },
    sockets,
  );
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url?.split('?')[0] !== graphqlPath) return refuse(socket);
    sockets.handleUpgrade(request, socket, head, (webSocket) => sockets.emit('connection', webSocket, request));
  };
  server.on('upgrade', upgrade);
  return {
    async [Symbol.asyncDispose]() {
      server.off('upgrade', upgrade);
      await graphql.dispose();
      for (const socket of sockets.clients) socket.terminate();
    },
  };
}

/** What graphql-ws passes on to `execute` and `subscribe`. */
interface PreparedArguments extends ExecutionArgs {
  readonly run: Pick<ReturnType<Yoga['getEnveloped']>, 'execute' | 'subscribe'>;
}

async function prepare(
  yoga: Yoga,
  { request: req, socket }: Extra,
  { query, operationName, variables }: SubscribePayload,
): Promise<PreparedArguments | readonly GraphQLError[]> {
  const left = new AbortController();
  socket.once('close', () => left.abort());
  const context: ServerContext = { req, requestId: createRequestId(), signal: left.signal };
  const { schema, parse, validate, contextFactory, execute, subscribe } = yoga.getEnveloped(context);
  try {
    const document = parse(query);
    const errors: readonly GraphQLError[] = validate(schema, document);
    if (errors.length > 0) return errors;
    const contextValue = await contextFactory();
    const run = { execute, subscribe };
    return { schema, document, operationName, variableValues: variables, contextValue, run } as PreparedArguments;
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

function refuse(socket: Duplex): void {
  socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}
