import { type ExecutionResult, GraphQLError } from 'graphql';
import { isAsyncIterable, maskError, type Plugin } from 'graphql-yoga';
import { IdentityUnavailable } from '../accounts/identity-unavailable.ts';
import { isOutage } from '../database/outage.ts';
import type { Context } from '../graphql/context.ts';
import type { Logger } from '../log.ts';
import { createUnavailable, createUnavailableRequest } from './unavailable.ts';

/** Logs what nobody expected, with the request's id, before clients get it masked. */
export function createErrorReports(log: Logger): Plugin<Context> {
  const report = ({ errors = [] }: ExecutionResult, { requestId }: Context) => {
    const unexpected = errors.filter(isUnexpected);
    reportOutage(log, unexpected, requestId);
    for (const { originalError, path } of unexpected.filter((error) => !isOutage(error))) {
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
        if (!isUnexpected(error)) return;
        if (isOutage(error)) reportOutage(log, [error], requestId);
        else log.error({ error, requestId }, 'a subscription failed unexpectedly');
      },
    }),
  };
}

/** What clients see of an error: that the database is away, what was meant for them, or nothing. */
export const toClientError: typeof maskError = (error, message, isDev) => {
  if (!isOutage(error)) return maskError(error, message, isDev);
  return createUnavailable(error instanceof GraphQLError ? { nodes: error.nodes, path: error.path } : {});
};

/** Logs an error that nobody expected, and answers what clients see in its place; an error for clients as it is. */
export function toMaskedError(log: Logger, error: unknown, requestId: string): GraphQLError {
  if (error instanceof GraphQLError) return error;
  if (error instanceof IdentityUnavailable) {
    log.warn({ error: error.cause, requestId }, 'the keys of the identity provider cannot be fetched');
    return createUnavailableRequest('Who you are cannot be checked now. Try again.');
  }
  if (isOutage(error)) {
    reportOutage(log, [error], requestId);
    return createUnavailableRequest();
  }
  log.error({ error, requestId }, 'a request failed unexpectedly');
  return new GraphQLError('Unexpected error.', { extensions: { code: 'INTERNAL_SERVER_ERROR', unexpected: true } });
}

/** One line for each request, however much of it was met. */
function reportOutage(log: Logger, errors: readonly unknown[], requestId: string): void {
  const [first] = errors.filter(isOutage);
  if (first === undefined) return;
  const { message } = first as Error;
  log.warn({ error: message.trim(), requestId }, 'a request met an outage of the database');
}

/** Our own errors for clients are `GraphQLError`s; so is any other error, wrapped, with itself as `originalError`. */
function isUnexpected(error: unknown): boolean {
  if (!(error instanceof GraphQLError)) return true;
  return error.originalError !== undefined && !(error.originalError instanceof GraphQLError);
}
