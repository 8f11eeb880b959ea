import { GraphQLError, type GraphQLErrorOptions } from 'graphql';

const message = 'The database cannot be reached. Try again.';
const code = 'UNAVAILABLE';

/** What clients are told of an outage of the database, wherever in an operation it was met. */
export function createUnavailable(options: Pick<GraphQLErrorOptions, 'nodes' | 'path'> = {}): GraphQLError {
  return new GraphQLError(message, { ...options, extensions: { code } });
}

/** The same for a request that came to nothing, with the status that it has over HTTP. */
export function createUnavailableRequest(words: string = message): GraphQLError {
  const http = { status: 503, headers: { 'retry-after': '1' } };
  return new GraphQLError(words, { extensions: { code, http } });
}
