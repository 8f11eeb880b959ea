import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';

interface RequestEnd {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

const graphqlJson = 'application/graphql-response+json';

/** Answers a request that came to nothing as GraphQL answers one, and with the status that the error names. */
export function sendError(
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  { message, extensions }: GraphQLError,
): void {
  const { http, unexpected: _, ...told } = extensions;
  const { status, headers = {} } = (http as RequestEnd | undefined) ?? { status: 500 };
  const accepted = request.headers.accept?.includes(graphqlJson) ?? false;
  response.writeHead(status, {
    'content-type': accepted ? `${graphqlJson}; charset=utf-8` : 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(JSON.stringify({ errors: [{ message, extensions: told }] }));
}
