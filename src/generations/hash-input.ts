import { hash } from 'node:crypto';

/**
 * The SHA-256 of an input in its canonical form: the order of keys is no part of it, and neither is what was not given, so that
 * a field which comes later changes no hash of a request without it.
 */
export function hashInput(input: object): string {
  return hash('sha256', JSON.stringify(input, toCanonical));
}

function toCanonical(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const given = Object.entries(value).filter(([, part]) => part !== null);
  return Object.fromEntries(given.sort(([one], [other]) => (one < other ? -1 : 1)));
}
