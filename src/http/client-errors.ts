import { GraphQLError } from 'graphql';
import { Unauthenticated } from '../accounts/unauthenticated.ts';

/** RFC 6750, section 3: what is wrong with the credentials is not told. */
export function createUnauthenticated({ message } = new Unauthenticated()): GraphQLError {
  const http = { status: 401, headers: { 'www-authenticate': 'Bearer' } };
  return new GraphQLError(message, { extensions: { code: 'UNAUTHENTICATED', http } });
}

export function createForbidden(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'FORBIDDEN', http: { status: 403 } } });
}

export function createBadRequest(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } });
}
