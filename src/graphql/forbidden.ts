import { type AuthFailure, AuthScopeFailureType } from '@pothos/plugin-scope-auth';
import { GraphQLError } from 'graphql';

/** What each of the scopes asks for, in words for people. */
const needs: Readonly<Record<string, string>> = {
  read: 'the scope READ',
  generate: 'the scope GENERATE',
  manage: 'the scope MANAGE',
  result: 'the scope READ or GENERATE',
  admin: 'the role ADMIN and the scope MANAGE',
};

/** The viewer is known and may not do this, whatever it is asked for. Says which of these scopes would be enough. */
export function createForbidden(scopes: readonly string[]): GraphQLError {
  const sentence = `This needs ${scopes.map((scope) => needs[scope] ?? scope).join(' or ')}.`;
  return new GraphQLError(sentence, { extensions: { code: 'FORBIDDEN' } });
}

/** The scopes that were looked for and are not there. */
export function findMissing(failure: AuthFailure): readonly string[] {
  if ('failures' in failure) return failure.failures.flatMap(findMissing);
  return failure.kind === AuthScopeFailureType.AuthScope ? [failure.scope] : [];
}
