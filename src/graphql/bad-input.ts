import { GraphQLError } from 'graphql';
import { InvalidInput, NotFound } from '../domain/user-errors.ts';
import { StreamLost } from '../generations/stream-lost.ts';

/** A mistake of the caller where a field cannot answer with data: shown to them as it is. */
export function createBadInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}

/** What a subscription answers for an error of ours; any other error as it came, to be masked. */
export function toSubscriptionError(error: unknown): unknown {
  if (error instanceof NotFound) return new GraphQLError(error.message, { extensions: { code: 'NOT_FOUND' } });
  if (error instanceof InvalidInput) return createBadInput(error.message);
  if (error instanceof StreamLost) {
    const { message, resumeAfterSequence } = error;
    return new GraphQLError(message, { extensions: { code: 'SLOW_READER', resumeAfterSequence } });
  }
  return error;
}
