import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import { createYoga, type GraphiQLOptions, type Plugin, type YogaInitialContext } from 'graphql-yoga';
import type { Identity } from '../accounts/identity.ts';
import { isOutage } from '../database/outage.ts';
import type { GenerationDependencies } from '../generations/dependencies.ts';
import { type Context, createContext } from '../graphql/context.ts';
import { schema } from '../graphql/schema.ts';
import { toClientAddress } from './client-address.ts';
import { createTextCache } from './document-cache.ts';
import { documentLimits } from './document-limits.ts';
import { errorCodes } from './error-codes.ts';
import { createErrorReports, toClientError, toMaskedError } from './error-reports.ts';
import { graphiqlTabs } from './graphiql-tabs.ts';
import { createOperationLimits } from './operation-limits.ts';
import { requestFormat } from './request-format.ts';
import type { RequestLimits } from './request-limits.ts';
import { requestSizes } from './request-sizes.ts';
import { tokenLimit } from './token-limit.ts';

export const graphqlPath = '/graphql';

export interface YogaOptions extends YogaDependencies {
  /** False where the body is known to fit: counting it costs more than the rest of a short request. */
  readonly maxRequestBodySize: number | false;
  /** Aborts when this process stops. */
  readonly closing: AbortSignal;
}

export interface YogaDependencies {
  readonly services: GenerationDependencies;
  readonly identity: Identity;
  readonly limits: RequestLimits;
}

/** What our HTTP server and our WebSocket server put into Yoga's context. */
export interface ServerContext {
  readonly req: IncomingMessage;
  readonly res?: ServerResponse;
  readonly requestId: string;
  readonly signal?: AbortSignal;
}

export type Yoga = ReturnType<typeof createGraphQLServer>;

/** GraphQL over HTTP and SSE, and GraphiQL, on one path. */
export function createGraphQLServer({ services, identity, limits, maxRequestBodySize, closing }: YogaOptions) {
  const { log } = services;
  return createYoga<ServerContext, Context>({
    schema,
    graphqlEndpoint: graphqlPath,
    maskedErrors: { isDev: false, maskError: toClientError },
    cors: false,
    batching: false,
    multipart: false,
    landingPage: false,
    maxRequestBodySize,
    parserAndValidationCache: { documentCache: createTextCache(), errorCache: createTextCache() },
    graphiql: { title: 'Darkroom', subscriptionsProtocol: 'WS', defaultTabs: [...graphiqlTabs] },
    renderGraphiQL: renderGraphiQLOnDemand,
    logging: {
      debug: (...details) => log.debug({ details }, 'yoga'),
      info: (...details) => log.debug({ details }, 'yoga'),
      warn: (...details) => log.warn({ details }, 'yoga'),
      // What failed in a resolver comes wrapped, and was reported with the request's id; so was an outage.
      error: (error) =>
        log[error instanceof GraphQLError || isOutage(error) ? 'debug' : 'error'](
          { error },
          'a request failed unexpectedly',
        ),
    },
    context: async ({ req, request, requestId, signal }: YogaInitialContext & ServerContext) => {
      const authenticate = () => identity.authenticate(req.headers);
      const viewer = await limits.rateLimits.authenticate(toClientAddress(req), authenticate).catch((error) => {
        throw toMaskedError(log, error, requestId);
      });
      return createContext(services, { viewer, requestId, signal: signal ?? request.signal, closing });
    },
    plugins: [
      requestFormat,
      requestSizes,
      tokenLimit,
      documentLimits,
      errorCodes,
      createErrorReports(log) as unknown as Plugin<ServerContext>,
      createOperationLimits(limits) as unknown as Plugin<ServerContext>,
    ],
  });
}

/** The page is 9 MB of text, which a server that nobody opens in a browser need not hold. */
async function renderGraphiQLOnDemand(options?: GraphiQLOptions): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  return renderGraphiQL(options);
}
