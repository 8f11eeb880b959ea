const millisecondsOf: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** OpenAI often tells how long to wait in words alone: "Please try again in 12s.", or in 350ms, or in 6m0s. */
export function withToldDelay(headers: Headers, words: string): Headers {
  const told = /try again in ((?:[\d.]+(?:ms|s|m|h))+)/i.exec(words)?.[1];
  if (told === undefined || headers.has('retry-after') || headers.has('retry-after-ms')) return headers;
  const parts = [...told.matchAll(/([\d.]+)(ms|s|m|h)/gi)];
  const milliseconds = parts.map(([, amount, unit = '']) => Number(amount) * (millisecondsOf[unit.toLowerCase()] ?? 0));
  const total = milliseconds.reduce((sum, part) => sum + part, 0);
  return new Headers([...headers, ['retry-after-ms', String(total)]]);
}
