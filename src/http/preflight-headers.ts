/** Headers that a form on a web page cannot send: a browser asks us first whether a script may. */
export const preflightHeaders = [
  'graphql-require-preflight',
  'apollo-require-preflight',
  'x-graphql-yoga-csrf',
] as const;

export function hasPreflightHeader(read: (name: string) => string | readonly string[] | null | undefined): boolean {
  return preflightHeaders.some((name) => (read(name) ?? '') !== '');
}
