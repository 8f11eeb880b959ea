import { createHash } from 'node:crypto';

const maxNames = 500;
const unnamed = '';

/**
 * Names Prisma's statements, so that PostgreSQL parses and plans each wording once per connection. Wordings beyond the
 * limit run unnamed: filters make many of them, and every named statement costs memory on every connection.
 */
export function createStatementNames(): (query: { readonly sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    if (names.size >= maxNames) return unnamed;
    const name = `p${createHash('sha256').update(sql).digest('base64url').slice(0, 20)}`;
    names.set(sql, name);
    return name;
  };
}
