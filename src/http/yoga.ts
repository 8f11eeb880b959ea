import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import { createYoga, type GraphiQLOptions, type Plugin, type YogaInitialContext } from 'graphql-yoga';
import type { Identity } from '../accounts/identity.ts';
import { isOutage } from '../database/outage.ts';
import type { GenerationDependencies } from '../generations/dependencies.ts';
import { type Context, createContext } from '../graphql/context.ts';
import { schema } from '../graphql/schema.ts';
import { errorCodes } from './error-codes.ts';
import { createErrorReports, toClientError, toMaskedError } from './error-reports.ts';
import { graphiqlTabs } from './graphiql-tabs.ts';
import { requestFormat } from './request-format.ts';
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
export function createGraphQLServer({ services, identity, maxRequestBodySize, closing }: YogaOptions) {
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
      const viewer = await identity.authenticate(req.headers).catch((error) => {
        throw toMaskedError(log, error, requestId);
      });
      return createContext(services, { viewer, address: null, requestId, signal: signal ?? request.signal, closing });
    },
    plugins: [requestFormat, tokenLimit, errorCodes, createErrorReports(log) as unknown as Plugin<ServerContext>],
  });
}

/** The page is 9 MB of text, which a server that nobody opens in a browser need not hold. */
async function renderGraphiQLOnDemand(options?: GraphiQLOptions): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  return renderGraphiQL(options);
}
