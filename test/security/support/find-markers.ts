import pg from 'pg';

/** Every row of every table, those of the queue and of the migrations included, as one text each. */
export async function dumpRows(url: string): Promise<readonly string[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const rows: string[] = [];
    for (const { name } of tables.rows) {
      const result = await client.query<{ row: string }>(`SELECT row_to_json(t)::text AS row FROM ${name} t`);
      rows.push(...result.rows.map(({ row }) => `${name} ${row}`));
    }
    return rows;
  } finally {
    await client.end();
  }
}

/** Where a marker stands, plainly, URL-encoded, in base64, or in the hex that bytes are shown in. */
export function findMarkers(texts: readonly string[], markers: readonly string[]): readonly string[] {
  const forms = markers.flatMap((marker) => [
    marker,
    encodeURIComponent(marker),
    Buffer.from(marker).toString('base64').replace(/=+$/, ''),
    Buffer.from(marker).toString('base64url'),
    Buffer.from(marker).toString('hex'),
  ]);
  return texts.filter((text) => forms.some((form) => text.includes(form))).map((text) => text.slice(0, 2_000));
}
