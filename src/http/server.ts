import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StartError } from '../domain/start-error.ts';
import { isKnownToFit, maxBodyBytes, toBodyKind } from './body-limits.ts';
import { toMaskedError } from './error-reports.ts';
import { answerLive, answerReady, answerRetired } from './health.ts';
import { answerPermalink, parsePermalink } from './permalink.ts';
import { toRequestId } from './request-id.ts';
import type { SlowReaders } from './slow-readers.ts';
import { spreadOut } from './spread-out.ts';
import { answerWebhook, isWebhookPath } from './webhooks.ts';
import { serveWebSockets } from './websocket.ts';
import { createGraphQLServer, graphqlPath, type YogaDependencies } from './yoga.ts';

export interface HttpServer extends AsyncDisposable {
  /** For example `http://127.0.0.1:4000`. */
  readonly url: string;
  /** Still answers, but says that it is not ready, keeps nobody waiting, and asks clients to connect anew. */
  retire(): void;
}

export interface HttpServerOptions extends YogaDependencies {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** Listens when it resolves. Throws `StartError` when the address cannot be had. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const closing = new AbortController();
  // Of every request that waits for its end.
  setMaxListeners(0, closing.signal);
  const { yoga, choose } = createGraphQLServers(options, closing.signal);
  const streams = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    const requestId = toRequestId(request);
    response.setHeader('x-request-id', requestId);
    if (closing.signal.aborted) response.setHeader('connection', 'close');
    if (isEventStream(request)) keepWhileOpen({ streams, slowReaders: options.limits.slowReaders }, response);
    // What was refused half-way is still read: the next request of the connection comes behind it.
    response.once('finish', () => request.resume());
    answer({ ...options, closing: closing.signal }, { request, response }, (req, res) =>
      choose(req)(req, res, { req, res, requestId }),
    ).catch((error) => endWithError(options, { response, requestId }, error));
  });
  const sockets = serveWebSockets(server, { yoga, log: options.services.log, limits: options.limits.sockets });
  await listen(server, options);
  return {
    url: toUrl(server.address() as AddressInfo),
    retire: () => closing.abort(),
    async [Symbol.asyncDispose]() {
      closing.abort();
      await Promise.all([sockets[Symbol.asyncDispose](), spreadOut([...streams], (response) => response.destroy())]);
      await close(server);
    },
  };
}

/** Counting a body costs more than the rest of a short request, so that one is chosen by what is known of it. */
function createGraphQLServers(dependencies: YogaDependencies, closing: AbortSignal) {
  const create = (maxRequestBodySize: number | false) =>
    createGraphQLServer({ ...dependencies, closing, maxRequestBodySize });
  const yoga = create(false);
  const bounded = { json: create(maxBodyBytes.json), multipart: create(maxBodyBytes.multipart) };
  const choose = (request: IncomingMessage) => {
    const kind = toBodyKind(request);
    return isKnownToFit(request, kind) ? yoga : bounded[kind];
  };
  return { yoga, choose };
}

function isEventStream({ headers }: IncomingMessage): boolean {
  return headers.accept?.includes('text/event-stream') ?? false;
}

interface EventStreams {
  readonly streams: Set<ServerResponse>;
  readonly slowReaders: SlowReaders;
}

function keepWhileOpen({ streams, slowReaders }: EventStreams, response: ServerResponse): void {
  const connection = { waitingBytes: () => response.writableLength, terminate: () => response.destroy() };
  streams.add(response);
  slowReaders.watch(connection);
  response.once('close', () => {
    streams.delete(response);
    slowReaders.forget(connection);
  });
}

interface AnswerDependencies extends YogaDependencies {
  readonly closing: AbortSignal;
}

/** What is under way when the process stops may take this long. */
const answerMilliseconds = 3_000;

type AnswerGraphQL = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** What is here, path by path. */
async function answer(
  options: AnswerDependencies,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  answerGraphQL: AnswerGraphQL,
): Promise<void> {
  const pathname = request.url?.split('?')[0] ?? '/';
  if (pathname === graphqlPath) return answerGraphQL(request, response);
  if (pathname === '/health/live') return answerLive(response);
  if (pathname === '/health/ready') {
    return options.closing.aborted ? answerRetired(response) : answerReady(options.services, response);
  }
  if (isWebhookPath(pathname)) return answerWebhook(options.services, { request, response });
  const permalink = parsePermalink(pathname);
  if (permalink !== undefined) return answerPermalink(options, { request, response }, permalink);
  if (pathname === '/') response.writeHead(302, { location: graphqlPath }).end();
  else response.writeHead(404, { 'content-type': 'text/plain' }).end('Nothing is here.\n');
}

interface FailedRequest {
  readonly response: ServerResponse;
  readonly requestId: string;
}

interface RequestEnd {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

function endWithError({ services }: YogaDependencies, { response, requestId }: FailedRequest, error: unknown): void {
  const { extensions } = toMaskedError(services.log, error, requestId);
  const { status, headers } = (extensions.http as RequestEnd | undefined) ?? { status: 500, headers: {} };
  if (!response.headersSent) response.writeHead(status, headers);
  response.end();
}

async function listen(server: Server, { host, port }: HttpServerOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (error: NodeJS.ErrnoException) => reject(toStartError(error, host, port)));
  server.listen(port, host, resolve);
  await promise;
}

function toStartError(error: NodeJS.ErrnoException, host: string, port: number): StartError {
  const address = `${host}:${port}`;
  if (error.code === 'EADDRINUSE') {
    return new StartError(`Port ${port} of ${host} is in use. Set PORT to another, or to 0 for a free one.`, {
      cause: error,
    });
  }
  return new StartError(`Cannot listen on ${address}: ${error.message}`, { cause: error });
}

function toUrl({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/** What is being answered is answered to its end, but nobody keeps the server waiting for long. */
async function close(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), answerMilliseconds);
  await promise;
  clearTimeout(timer);
}
