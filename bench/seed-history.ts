import type pg from 'pg';

/** That of the server's local user. */
const userId = '01900000-0000-7000-8000-000000000000';

// UUIDv7 that follow each other by a second, the last one of now.
const source = `
  WITH source AS (
    SELECT n, at, (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8'
      || substr(md5(n::text), 4, 15))::uuid AS id
    FROM (SELECT n, $2::timestamptz - (size - n) * interval '1 second' AS at
      FROM (SELECT $1::int AS size) s, generate_series(1, $1::int) n) numbered
  )`;

const prompts = `(ARRAY['A serene landscape with mountains at sunset', 'A red fox in deep snow, soft light, 35 mm',
  'City street at night in the rain, neon reflections', 'Portrait of an old sailor, oil on canvas'])[n % 4 + 1]
  || ', number ' || n`;

const statements = [
  `INSERT INTO "Generation" (id, "userId", status, "lastSequence", "requestedModel", "modelSlug", provider, prompt,
    "effectivePrompt", request, options, warnings, "costUsd", "createdAt", "startedAt", "finishedAt")
  SELECT id, '${userId}', 'SUCCEEDED', 6, 'blank/blank', 'blank/blank', 'blank', ${prompts}, ${prompts},
    '{"count": 1, "size": null, "seed": null}', '{"count": 1, "width": 1024, "height": 1024, "steps": 20, "seed": 7}', '[]',
    0.01, at, at, at + interval '4 seconds' FROM source`,
  `INSERT INTO "Prompt" (id, "generationId", position, text, source, "createdAt")
  SELECT id, id, 0, ${prompts}, 'USER', at FROM source`,
  `INSERT INTO "GenerationEvent" ("generationId", sequence, at, type, status, "imagesStored")
  SELECT id, sequence, at + sequence * interval '0.5 seconds', type, status, CASE WHEN sequence > 4 THEN 1 ELSE 0 END
  FROM source, (VALUES (1, 'REQUEST_RECEIVED', 'QUEUED'), (2, 'STARTED', 'RUNNING'), (3, 'CALLING_PROVIDER', 'RUNNING'),
    (4, 'IMAGE_GENERATED', 'RUNNING'), (5, 'IMAGE_STORED', 'RUNNING'), (6, 'SUCCEEDED', 'SUCCEEDED'))
    AS event(sequence, type, status)`,
  `INSERT INTO "Attempt" ("generationId", number, kind, provider, model, outcome, "costUsd", "startedAt", "finishedAt")
  SELECT id, 1, 'GENERATE', 'blank', 'blank/blank', 'SUCCEEDED', 0.01, at, at + interval '4 seconds' FROM source`,
  `INSERT INTO "Image" (id, "userId", origin, sha256, "blobName", "mediaType", width, height, "sizeBytes", "thumbHash", seed,
    "generationId", "attemptNumber", position, "createdAt")
  SELECT id, '${userId}', 'GENERATED', md5(n::text) || md5(n::text), 'g/' || id || '/1/0', 'image/png', 1024, 1024, 1400000,
    'HBkSHYSIeHiPiHh8eJd4eTN0EEQG', 7, id, 1, 0, at + interval '3 seconds' FROM source`,
];

/** This many ended generations of the local user, with wordings, log, attempts and pictures (rows alone, no blobs). */
export async function seedHistory(pool: pg.Pool, size: number): Promise<string> {
  await pool.query(`INSERT INTO "User" (id, issuer, subject, name) VALUES ($1, 'local', 'local', 'Local user')`, [
    userId,
  ]);
  const values = [size, new Date()];
  await Promise.all(statements.map((statement) => insert(pool, `${source} ${statement}`, values)));
  await pool.query('VACUUM ANALYZE');
  await pool.query('CHECKPOINT');
  return userId;
}

/** In the role of a replica, PostgreSQL leaves out the foreign keys: the rows fit by themselves. */
async function insert(pool: pg.Pool, statement: string, values: unknown[]): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('SET session_replication_role = replica');
    await client.query(statement, values);
    await client.query('RESET session_replication_role');
  } finally {
    client.release();
  }
}
