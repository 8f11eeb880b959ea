import type { ExecutionResult } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';

/** Gives variables that do not fit the code of other bad input: the executor leaves them without one, except in subscriptions. */
export const errorCodes: Plugin = {
  onExecute: () => ({
    onExecuteDone({ result }) {
      if (isAsyncIterable(result)) return;
      const { data, errors = [] } = result as ExecutionResult;
      if (data !== undefined) return;
      for (const { path, extensions } of errors) {
        if (path === undefined) extensions.code ??= 'BAD_USER_INPUT';
      }
    },
  }),
};
