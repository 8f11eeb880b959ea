import type { IncomingMessage } from 'node:http';
import type { Identity } from '../accounts/identity.ts';
import { authenticate, toCredentials } from './authentication.ts';
import { isKnownToFit, maxBodyBytes, toBodyKind } from './body-limits.ts';
import { createForbidden, createUnauthenticated } from './client-errors.ts';
import type { Exchange } from './exchange.ts';
import { answerGraphiQL, isPageVisit } from './graphiql-page.ts';
import type { OpenConnections } from './open-connections.ts';
import { sendError } from './send-error.ts';
import { createGraphQLServer, type Yoga, type YogaDependencies } from './yoga.ts';

export interface GraphQLEndpoint {
  readonly yoga: Yoga;
  answer(exchange: Exchange): Promise<void>;
}

export interface EndpointDependencies extends YogaDependencies {
  readonly identity: Identity;
  readonly connections: OpenConnections;
  /** Aborts when this process stops. */
  readonly closing: AbortSignal;
}

/** Knows who asks before it reads what is asked. */
export function createGraphQLEndpoint(dependencies: EndpointDependencies): GraphQLEndpoint {
  const { yoga, choose } = createGraphQLServers(dependencies);
  const { settings, connections } = dependencies;
  return {
    yoga,
    async answer({ request, response, requestId }) {
      if (settings.hasGraphiQL && isPageVisit(request)) return answerGraphiQL(response);
      if (settings.isLocal && !settings.origins.isWelcome(request)) {
        throw createForbidden('This page may not speak to this server.');
      }
      const credentials = toCredentials(request, settings.origins);
      const viewer = await authenticate(dependencies, { request, requestId, credentials });
      const connection = connections.add(viewer, () => showOut({ request, response }));
      const left = new AbortController();
      // Whoever is shown out has left too, though the answer is whole.
      response.once('close', () => {
        connection[Symbol.dispose]();
        left.abort();
      });
      const context = { req: request, res: response, requestId, viewer, signal: left.signal };
      await choose(request)(request, response, context);
    },
  };
}

/** Counting a body costs more than the rest of a short request, so that one is chosen by what is known of it. */
function createGraphQLServers(dependencies: EndpointDependencies) {
  const create = (maxRequestBodySize: number | false) => createGraphQLServer({ ...dependencies, maxRequestBodySize });
  const yoga = create(false);
  const bounded = { json: create(maxBodyBytes.json), multipart: create(maxBodyBytes.multipart) };
  const choose = (request: IncomingMessage) => {
    const kind = toBodyKind(request);
    return isKnownToFit(request, kind) ? yoga : bounded[kind];
  };
  return { yoga, choose };
}

/** Whoever takes back their own key, or deletes their account, still gets the answer to that. */
const answerMilliseconds = 1_000;

/** What has begun to be answered, such as a stream of events, can only be cut off. */
function showOut({ request, response }: Pick<Exchange, 'request' | 'response'>): void {
  const end = () => {
    if (response.headersSent) response.destroy();
    else sendError({ request, response }, createUnauthenticated());
  };
  const timer = setTimeout(end, response.headersSent ? 0 : answerMilliseconds);
  response.once('close', () => clearTimeout(timer));
}
