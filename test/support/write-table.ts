import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export interface PlaceOfTable {
  /** For example `reliability.md`, in docs. */
  readonly page: string;
  /** Stands in comments before and after it. */
  readonly marker: string;
}

/** Puts a table where the page has its place. */
export async function writeTable(table: string, { page, marker }: PlaceOfTable): Promise<void> {
  const path = fileURLToPath(new URL(`../../docs/${page}`, import.meta.url));
  const [from, to] = [`<!-- ${marker} -->`, `<!-- /${marker} -->`];
  const text = await readFile(path, 'utf8');
  const [before, rest] = text.split(from);
  const [, after] = rest?.split(to) ?? [];
  if (before === undefined || after === undefined) throw new Error(`${path} has no place for the table.`);
  await writeFile(path, `${before}${from}\n${table}\n${to}${after}`);
}
