import type { Connection } from './database.ts';

/** Rows of a user, as they leave the database. */
export interface ExportedTable {
  readonly name: string;
  readonly table: string;
  /** Which column names the user. */
  readonly owner: 'id' | '"userId"';
  /** Columns that rows are ordered by, in which no two are alike. */
  readonly keys: readonly { readonly column: string; readonly type: 'uuid' | 'text' }[];
  /** A row `t` as JSON. */
  readonly row: string;
  readonly pageSize: number;
}

const byId = [{ column: 'id', type: 'uuid' }] as const;
const usual = { owner: '"userId"', keys: byId, row: 'to_jsonb(t)', pageSize: 500 } as const;
const partOf = (table: string, { row, order }: { readonly row: string; readonly order: string }) =>
  `(SELECT COALESCE(jsonb_agg(${row} ORDER BY p.${order}), '[]') FROM "${table}" p WHERE p."generationId" = t.id)`;

// With all that belongs to it in one row: looked for by themselves, the parts of all generations would be sorted for each page.
const generation = `to_jsonb(t) || jsonb_build_object(
  'prompts', ${partOf('Prompt', { row: 'to_jsonb(p)', order: 'position' })},
  'inputs', ${partOf('GenerationInput', { row: 'to_jsonb(p)', order: 'position' })},
  'attempts', ${partOf('Attempt', { row: `to_jsonb(p) - 'webhookToken'`, order: 'number' })},
  'events', ${partOf('GenerationEvent', { row: 'to_jsonb(p)', order: 'sequence' })})`;

/** All that is kept of a user, without what lets somebody in. */
export const exportedTables: readonly ExportedTable[] = [
  { ...usual, name: 'user', table: 'User', owner: 'id' },
  { ...usual, name: 'generations', table: 'Generation', row: generation, pageSize: 50 },
  { ...usual, name: 'images', table: 'Image' },
  { ...usual, name: 'api-keys', table: 'ApiKey', row: `to_jsonb(t) - 'secretHash'` },
  { ...usual, name: 'audit-entries', table: 'AuditEntry' },
  { ...usual, name: 'idempotency-keys', table: 'IdempotencyKey', keys: [{ column: 'key', type: 'text' }] },
  { ...usual, name: 'quota-counters', table: 'QuotaCounter', keys: [{ column: '"subjectId"', type: 'uuid' }] },
  {
    ...usual,
    name: 'quota-ledger',
    table: 'QuotaLedger',
    keys: [...byId, { column: '"subjectId"', type: 'uuid' }],
  },
  { ...usual, name: 'exports', table: 'Export', row: `to_jsonb(t) - 'token'` },
];

interface ExportedRow {
  /** As text: numbers of JSON may be larger than those of JavaScript. */
  readonly line: string;
  readonly key: readonly string[];
}

/** The rows as JSON, page by page. What changes meanwhile may be there as it was or as it is. */
export async function* readExportedRows(
  connection: Connection,
  { table, userId }: { readonly table: ExportedTable; readonly userId: string },
): AsyncGenerator<readonly string[]> {
  let after: readonly string[] | undefined;
  do {
    const rows = await readPage(connection, table, [userId, ...(after ?? [])]);
    if (rows.length > 0) yield rows.map(({ line }) => line);
    after = rows.length < table.pageSize ? undefined : rows.at(-1)?.key;
  } while (after !== undefined);
}

async function readPage(
  connection: Connection,
  { name, table, owner, keys, row, pageSize }: ExportedTable,
  values: readonly string[],
): Promise<readonly ExportedRow[]> {
  const isFirst = values.length === 1;
  const columns = keys.map(({ column }) => `t.${column}`);
  const places = keys.map(({ type }, index) => `$${index + 2}::${type}`);
  const text = `
    SELECT (${row})::text AS line, ARRAY[${columns.map((column) => `${column}::text`)}] AS key
    FROM "${table}" t WHERE t.${owner} = $1 ${isFirst ? '' : `AND (${columns}) > (${places})`}
    ORDER BY ${columns} LIMIT ${pageSize}`;
  const query = { name: `export-${name}-${isFirst ? 'first' : 'next'}`, text, values: [...values] };
  return (await connection.query<ExportedRow>(query)).rows;
}
