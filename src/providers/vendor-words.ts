const maxCharacters = 500;

const secretShapes = [
  /\b(?:Bearer|Basic|Key)\s+[\w.~+/:=-]{8,}/gi,
  /\b(?:sk|rpa|r8|hf|AIza)[-_]?[\w-]{12,}/g,
  // What is signed stands in the query; the rest of a URL may tell something.
  /(?<=https?:\/\/[^\s?"']*)\?[^\s"')]*/g,
];

/** What a vendor said, fit for clients and for the log: one line, bounded, without anything that looks like a secret. */
export function cleanWords(words: string, secrets: readonly (string | undefined)[] = []): string {
  const known = secrets.filter((secret): secret is string => secret !== undefined && secret.length >= 4);
  const withoutKnown = known.reduce((text, secret) => text.replaceAll(secret, '…'), words);
  const clean = secretShapes.reduce((text, shape) => text.replace(shape, '…'), withoutKnown);
  const line = clean.replace(/\s+/g, ' ').trim();
  return line.length > maxCharacters ? `${line.slice(0, maxCharacters - 1)}…` : line;
}
