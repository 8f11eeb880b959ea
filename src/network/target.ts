import type { UrlRule } from './url-rule.ts';

export interface Target {
  readonly text: string;
  /** Where a redirect comes from. */
  readonly from?: URL;
}

/** Throws an `Error` for what may not be asked, as far as its text can tell. */
export function parseTarget({ text, from }: Target, mayAsk: UrlRule): URL {
  const url = parseHttpUrl(text, from);
  if (url === undefined) throw new Error('It is no plain http or https address.');
  if (from?.protocol === 'https:' && url.protocol === 'http:') throw new Error('It redirects from https to http.');
  if (!mayAsk(url)) throw new Error('The configuration does not allow it.');
  return url;
}

/** Undefined for what is no http or https address, and for one with a user's name or password. */
export function parseHttpUrl(text: string, base?: URL): URL | undefined {
  const url = URL.parse(text, base);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return undefined;
  return url.username === '' && url.password === '' ? url : undefined;
}
