import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { createBadRequest } from './client-errors.ts';

const maxQueryCharacters = 64 * 1024;
const maxUrlCharacters = 8 * 1024;
const maxVariables = 100;
/** Of all variables, pictures left out: those have limits of their own. */
const maxVariableCharacters = 256 * 1024;
const maxNesting = 64;

export interface RequestParameters {
  readonly query?: string | null | undefined;
  readonly variables?: object | null | undefined;
  readonly extensions?: object | null | undefined;
}

/** Refuses requests whose parts are larger than any that a client of ours has to send. */
export const requestSizes: Plugin = {
  onRequestParse({ request }) {
    if (request.method === 'GET' && request.url.length > maxUrlCharacters) {
      throw createTooLarge({ what: 'The URL', allowed: maxUrlCharacters }, 414);
    }
  },
  onParams({ params }) {
    checkParameters(params);
  },
};

/** Throws an error for clients when one of them is too large. */
export function checkParameters({ query, variables, extensions }: RequestParameters): void {
  if (typeof query === 'string' && query.length > maxQueryCharacters) {
    throw createTooLarge({ what: 'The query', allowed: maxQueryCharacters });
  }
  if (isObject(variables) && Object.keys(variables).length > maxVariables) {
    throw createBadRequest(`There are more than ${maxVariables} variables.`);
  }
  for (const value of [variables, extensions]) {
    if (isObject(value)) weigh(value, { left: maxVariableCharacters }, 1);
  }
}

interface Budget {
  left: number;
}

/** As many characters as it has in JSON, about. Ends early: what is too large is not looked at to its end. */
function weigh(value: unknown, budget: Budget, depth: number): void {
  if (depth > maxNesting) throw createBadRequest(`Variables are nested deeper than ${maxNesting}.`);
  budget.left -= weighOne(value);
  if (budget.left < 0)
    throw createTooLarge({ what: 'The variables without data URLs', allowed: maxVariableCharacters });
  // A file that came along is no JSON: it has its bytes elsewhere.
  if (!isContainer(value)) return;
  for (const key in value) {
    budget.left -= key.length;
    weigh(value[key], budget, depth + 1);
  }
}

function weighOne(value: unknown): number {
  if (typeof value !== 'string') return 4;
  return value.startsWith('data:') ? 4 : value.length + 4;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return isObject(value) && !('read' in value && typeof value.read === 'function');
}

interface Size {
  readonly what: string;
  /** In characters. */
  readonly allowed: number;
}

function createTooLarge({ what, allowed }: Size, status = 413): GraphQLError {
  const message = `${what} may have ${allowed.toLocaleString('en-US')} characters.`;
  return new GraphQLError(message, { extensions: { code: 'REQUEST_TOO_LARGE', http: { status } } });
}
