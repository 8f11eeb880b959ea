import type { AttemptRow } from './count-attempts.ts';

/** In Markdown, with the sum at the end. */
export function toTable(rows: readonly AttemptRow[]): string {
  const sum = (name: 'attempts' | 'refused') => rows.reduce((total, row) => total + row[name], 0);
  const all = [...rows, { what: 'all', attempts: sum('attempts'), refused: sum('refused') }];
  const lines = all.map(({ what, attempts, refused }) => [what, String(attempts), String(refused)]);
  const head = ['attempts at', 'made', 'came to nothing'];
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
