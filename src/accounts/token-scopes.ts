import type { JWTPayload } from 'jose';
import { allScopes, type Scope, scopes } from './viewer.ts';

const prefix = 'darkroom:';

/**
 * What a token allows. Scopes narrow: a token that speaks of none of ours is that of somebody who signed in, and who may do what users
 * may. One that names some has these alone, and one that misspells one with our prefix does not get everything for it.
 */
export function readTokenScopes({ scope, scp }: JWTPayload): ReadonlySet<Scope> {
  const words = [scope, scp].flat().flatMap((said) => (typeof said === 'string' ? said.split(' ') : []));
  const isNarrowed = words.some((word) => word.startsWith(prefix) || isScope(word));
  if (!isNarrowed) return allScopes;
  const named = new Set(words.map((word) => (word.startsWith(prefix) ? word.slice(prefix.length) : word)));
  return new Set(scopes.filter((each) => named.has(each.toLowerCase())));
}

function isScope(word: string): boolean {
  return scopes.some((scope) => scope.toLowerCase() === word);
}
