import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Identity } from '../accounts/identity.ts';
import { StartError } from '../domain/start-error.ts';
import { createForbidden } from './client-errors.ts';
import { toMaskedError } from './error-reports.ts';
import type { Exchange } from './exchange.ts';
import { answerExport, exportsPath } from './exports.ts';
import { filesPrefix } from './file-links.ts';
import { answerFile } from './files.ts';
import { createGraphQLEndpoint, type EndpointDependencies, type GraphQLEndpoint } from './graphql-endpoint.ts';
import { answerLive, answerReady, answerRetired } from './health.ts';
import { createOpenConnections } from './open-connections.ts';
import { answerPermalink, parsePermalink } from './permalink.ts';
import { toRequestId } from './request-id.ts';
import { answerPreflight, isPreflight, setCorsHeaders, setResponseHeaders } from './response-headers.ts';
import { sendError } from './send-error.ts';
import type { SlowReaders } from './slow-readers.ts';
import { spreadOut } from './spread-out.ts';
import { answerWebhook, isWebhookPath } from './webhooks.ts';
import { serveWebSockets } from './websocket.ts';
import { graphqlPath, type YogaDependencies } from './yoga.ts';

export interface HttpServer extends AsyncDisposable {
  /** For example `http://127.0.0.1:4000`. */
  readonly url: string;
  /** Still answers, but says that it is not ready, keeps nobody waiting, and asks clients to connect anew. */
  retire(): void;
  /** Somebody may no longer be let in: shows out whoever is connected and must not be any more. */
  checkConnections(): void;
}

export interface HttpServerOptions extends YogaDependencies {
  readonly identity: Identity;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** In place of the usual one. */
  readonly patience: Partial<Patience>;
}

/** How many milliseconds clients may take for what they say, and how often that is looked at. */
export type Patience = Readonly<Record<'headersTimeout' | 'requestTimeout' | 'connectionsCheckingInterval', number>>;

const usual = {
  // Whoever takes longer holds a connection for nothing.
  headersTimeout: 20_000,
  // The largest body by a line of 10 Mbit/s.
  requestTimeout: 60_000,
  // How often both are looked at: by default half a minute later.
  connectionsCheckingInterval: 5_000,
  // Longer than load balancers keep theirs, which else send into a connection that we are closing.
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16 * 1024,
} as const;
/** Browsers send about 20. */
const maxHeadersCount = 100;
/** What is under way when the process stops may take this long. */
const answerMilliseconds = 3_000;

/** Listens when it resolves. Throws `StartError` when the address cannot be had. */
export async function startHttpServer(given: HttpServerOptions): Promise<HttpServer> {
  const closing = new AbortController();
  // Of every request that waits for its end.
  setMaxListeners(0, closing.signal);
  const options = withOwnFiles(given);
  const { services, settings, identity } = options;
  const connections = createOpenConnections({ identity, log: services.log });
  const dependencies = { ...options, connections, closing: closing.signal };
  const endpoint = createGraphQLEndpoint(dependencies);
  const streams = new Set<ServerResponse>();
  const server = createServer({ ...usual, ...given.patience }, (request, response) => {
    const exchange = { request, response, requestId: toRequestId(request) };
    response.setHeader('x-request-id', exchange.requestId);
    setResponseHeaders(response, settings.findVisit(request));
    if (closing.signal.aborted) response.setHeader('connection', 'close');
    if (isEventStream(request)) keepWhileOpen({ streams, slowReaders: options.limits.slowReaders }, response);
    // What was refused half-way is still read: the next request of the connection comes behind it.
    response.once('finish', () => request.resume());
    answer({ ...dependencies, endpoint }, exchange).catch((error) => endWithError(options, exchange, error));
  });
  server.maxHeadersCount = maxHeadersCount;
  const sockets = serveWebSockets(server, { ...dependencies, yoga: endpoint.yoga, log: services.log });
  await listen(server, options);
  return {
    url: toUrl(server.address() as AddressInfo),
    retire: () => closing.abort(),
    checkConnections: () => connections.check(),
    async [Symbol.asyncDispose]() {
      closing.abort();
      await Promise.all([sockets[Symbol.asyncDispose](), spreadOut([...streams], (response) => response.destroy())]);
      await close(server);
      await connections[Symbol.asyncDispose]();
    },
  };
}

/** Where this server delivers pictures, all links that it gives out lead to it. */
function withOwnFiles(options: HttpServerOptions): HttpServerOptions {
  const { services, settings } = options;
  if (settings.files === undefined) return options;
  const { link, find: findFile } = settings.files;
  const images = { ...services.images, link };
  return { ...options, services: { ...services, images, inputs: { ...services.inputs, findFile } } };
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

interface AnswerDependencies extends EndpointDependencies {
  readonly endpoint: GraphQLEndpoint;
}

/** What is here, path by path. */
async function answer(options: AnswerDependencies, exchange: Exchange): Promise<void> {
  const { services, settings, endpoint, closing } = options;
  const { request, response } = exchange;
  if (!settings.origins.isKnownHost(request)) throw createForbidden('This server has another name.');
  setCorsHeaders(request, response, settings.origins);
  if (isPreflight(request)) return answerPreflight(response);
  const pathname = request.url?.split('?')[0] ?? '/';
  if (pathname === graphqlPath) return endpoint.answer(exchange);
  if (pathname === '/health/live') return answerLive(response);
  if (pathname === '/health/ready') return closing.aborted ? answerRetired(response) : answerReady(services, response);
  if (isWebhookPath(pathname)) return answerWebhook(services, exchange);
  if (pathname.startsWith(filesPrefix)) {
    const { images, log } = services;
    return answerFile({ images, files: settings.files, log }, exchange, () => answerNothing(response));
  }
  if (pathname.startsWith(exportsPath)) return answerExport(services, exchange, () => answerNothing(response));
  const permalink = parsePermalink(pathname);
  if (permalink !== undefined) return answerPermalink(options, exchange, permalink);
  if (pathname === '/') response.writeHead(302, { location: graphqlPath }).end();
  else answerNothing(response);
}

function answerNothing(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/plain', 'cache-control': 'no-store' }).end('Nothing is here.\n');
}

function endWithError({ services }: YogaDependencies, exchange: Exchange, error: unknown): void {
  const masked = toMaskedError(services.log, error, exchange.requestId);
  if (exchange.response.headersSent) exchange.response.end();
  else sendError(exchange, masked);
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
