/** What a picture can do to the process that decodes it. Understood by poison-program.ts alone. */
export type Poison = 'abort' | 'hang' | 'hold' | 'eat' | 'nonsense' | 'mistake';

const mark = 'poison: ';

export function toPoison(poison: Poison): Buffer {
  return Buffer.from(mark + poison);
}

export function readPoison(bytes: Uint8Array): Poison | undefined {
  const text = Buffer.from(bytes).toString('latin1');
  return text.startsWith(mark) ? (text.slice(mark.length) as Poison) : undefined;
}
