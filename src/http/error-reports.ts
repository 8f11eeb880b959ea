import { type ExecutionResult, GraphQLError } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Context } from '../graphql/context.ts';
import type { Logger } from '../log.ts';

/** Logs what nobody expected, with the request's id, before clients get it masked. */
export function createErrorReports(log: Logger): Plugin<Context> {
  const report = ({ errors = [] }: ExecutionResult, { requestId }: Context) => {
    for (const { originalError, path } of errors.filter(isUnexpected)) {
      log.error({ error: originalError, path, requestId }, 'an operation failed unexpectedly');
    }
  };
  return {
    onExecute: ({ args }) => ({
      onExecuteDone({ result }) {
        if (!isAsyncIterable(result)) report(result, args.contextValue as Context);
      },
    }),
    onSubscribe: ({ args }) => ({
      onSubscribeResult: ({ result }) => {
        if (!isAsyncIterable(result)) report(result, args.contextValue as Context);
        return { onNext: ({ result: event }) => report(event, args.contextValue as Context) };
      },
      onSubscribeError({ error }) {
        const { requestId } = args.contextValue as Context;
        if (isUnexpected(error)) log.error({ error, requestId }, 'a subscription failed unexpectedly');
      },
    }),
  };
}

/** Logs an error that nobody expected, and answers what clients see in its place; an error for clients as it is. */
export function toMaskedError(log: Logger, error: unknown, requestId: string): GraphQLError {
  if (error instanceof GraphQLError) return error;
  log.error({ error, requestId }, 'a request failed unexpectedly');
  return new GraphQLError('Unexpected error.', { extensions: { code: 'INTERNAL_SERVER_ERROR', unexpected: true } });
}

/** Our own errors for clients are `GraphQLError`s; so is any other error, wrapped, with itself as `originalError`. */
function isUnexpected(error: unknown): boolean {
  if (!(error instanceof GraphQLError)) return true;
  return error.originalError !== undefined && !(error.originalError instanceof GraphQLError);
}
