import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import { createYoga, type Plugin, type YogaInitialContext } from 'graphql-yoga';
import type { Viewer } from '../accounts/viewer.ts';
import { isOutage } from '../database/outage.ts';
import type { GenerationDependencies } from '../generations/dependencies.ts';
import { type Context, createContext } from '../graphql/context.ts';
import { schema } from '../graphql/schema.ts';
import { createTextCache } from './document-cache.ts';
import { documentLimits } from './document-limits.ts';
import { errorCodes } from './error-codes.ts';
import { createErrorReports, toClientError } from './error-reports.ts';
import type { HttpSettings } from './http-settings.ts';
import { noIntrospection } from './introspection.ts';
import { createOperationLimits } from './operation-limits.ts';
import { createPersistedOnly } from './persisted-operations.ts';
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
  readonly settings: HttpSettings;
  readonly limits: RequestLimits;
}

/** What our HTTP server and our WebSocket server put into Yoga's context. */
export interface ServerContext {
  readonly req: IncomingMessage;
  readonly res?: ServerResponse;
  readonly requestId: string;
  readonly viewer: Viewer;
  /** Aborts when the client has left. */
  readonly signal: AbortSignal;
}

export type Yoga = ReturnType<typeof createGraphQLServer>;

/** GraphQL over HTTP and SSE, for whoever was let in. */
export function createGraphQLServer({ services, settings, limits, maxRequestBodySize, closing }: YogaOptions) {
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
    graphiql: false,
    extraParamNames: ['documentId'],
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
    context: ({ req, requestId, viewer, signal }: YogaInitialContext & ServerContext) => {
      const baseUrl = toBaseUrl(settings, req);
      const { clientAddress } = settings.findVisit(req);
      const asked = { viewer, requestId, clientAddress, baseUrl, signal, closing };
      return createContext(services, asked);
    },
    plugins: [
      requestFormat,
      requestSizes,
      ...(settings.persisted === undefined ? [] : [createPersistedOnly(settings.persisted)]),
      tokenLimit,
      ...(settings.hasIntrospection ? [] : [noIntrospection]),
      documentLimits,
      errorCodes,
      createErrorReports(log) as unknown as Plugin<ServerContext>,
      createOperationLimits(limits) as unknown as Plugin<ServerContext>,
    ],
  });
}

function toBaseUrl({ publicUrl, findVisit }: HttpSettings, request: IncomingMessage): string {
  const { protocol, host } = findVisit(request);
  return publicUrl ?? `${protocol}://${host}`;
}
