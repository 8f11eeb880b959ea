import type { ServerResponse } from 'node:http';
import { type ExecutionArgs, GraphQLError, getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../graphql/context.ts';
import { measureDocument } from './document-measure.ts';
import { createCountCost } from './operation-cost.ts';
import type { RateLimits } from './rate-limits.ts';
import { createTooComplex } from './too-complex.ts';

/** What each mutation costs beside its fields: rows are written, and somebody may be paid. */
const mutationPoints = 10;

export interface OperationLimitsOptions {
  readonly maxCost: number;
  readonly rateLimits: RateLimits;
}

/** With what the HTTP server puts beside it. */
type FullContext = Context & { readonly res?: ServerResponse };

/** Refuses operations that cost too much at once, and those of whoever asked for too much in the last minute. */
export function createOperationLimits({ maxCost, rateLimits }: OperationLimitsOptions): Plugin<FullContext> {
  const countCost = createCountCost();
  const check = (args: ExecutionArgs): GraphQLError | undefined => {
    try {
      const { viewer } = args.contextValue as FullContext;
      const cost = countCost(args) ?? 0;
      if (cost > maxCost) throw createTooCostly(cost, maxCost);
      rateLimits.spend(viewer, toPoints(cost, args));
      return undefined;
    } catch (error) {
      return toRefusal(error, args.contextValue as FullContext);
    }
  };
  return {
    onExecute({ args, setResultAndStopExecution }) {
      // Of variables that do not fit: as in documents.
      (args as ExecutionArgs).hideSuggestions = true;
      const refusal = check(args as ExecutionArgs);
      if (refusal !== undefined) setResultAndStopExecution({ errors: [refusal] });
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      (args as ExecutionArgs).hideSuggestions = true;
      const refusal = check(args as ExecutionArgs);
      if (refusal !== undefined) setResultAndStopExecution({ errors: [refusal] });
    },
  };
}

function toPoints(cost: number, { document, operationName }: ExecutionArgs): number {
  const operation = getOperationAST(document, operationName);
  const isMutation = operation?.operation === 'mutation';
  const mutations = isMutation ? (measureDocument(document).get(operation)?.rootFields ?? 0) : 0;
  return Math.max(1, Math.round(cost)) + mutations * mutationPoints;
}

function createTooCostly(cost: number, maxCost: number): GraphQLError {
  return createTooComplex({ limit: 'cost', what: 'points of cost', asked: Math.ceil(cost), allowed: maxCost });
}

function toRefusal(error: unknown, { res }: FullContext): GraphQLError {
  if (!(error instanceof GraphQLError)) throw error;
  error.extensions.code ??= 'BAD_USER_INPUT';
  // A socket has neither status nor headers.
  if (res === undefined) delete error.extensions.http;
  return error;
}
