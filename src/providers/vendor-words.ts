import { createRedact } from '../domain/redact.ts';
import type { Secret } from '../domain/secret.ts';

const maxCharacters = 500;
/** More than a vendor has to say, and little enough to search. */
const maxSearchedCharacters = 20_000;
// What is signed stands in the query; the rest of a URL may tell something.
const query = /(?<=https?:\/\/[^\s?"']*)\?[^\s"')]*/g;

/** What a vendor said, fit for clients and for the log: one line, bounded, without anything that looks like a secret. */
export function cleanWords(words: string, secrets: readonly (Secret | undefined)[] = []): string {
  const redact = createRedact(secrets);
  const clean = redact(words.slice(0, maxSearchedCharacters)).replace(query, '…');
  const line = clean.replace(/\s+/g, ' ').trim();
  return line.length > maxCharacters ? `${line.slice(0, maxCharacters - 1)}…` : line;
}
