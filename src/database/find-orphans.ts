import type { Connection } from './database.ts';

export interface OldBlob {
  /** Of a picture, not of a smaller variant. */
  readonly name: string;
  /** The generation that its name says, where it is an output. */
  readonly generationId: string | null;
  readonly ageMilliseconds: number;
}

// A generation that has not ended may still adopt what it stored. What is older than the first user was stored for another
// database: a new one that is pointed at a container by mistake must not empty it. An hour, for the clocks.
const text = `
  SELECT old.name FROM unnest($1::text[], $2::uuid[], $3::float8[]) AS old(name, "generationId", milliseconds)
  WHERE NOT EXISTS (SELECT FROM "Image" i WHERE i."blobName" = old.name)
    AND NOT EXISTS (
      SELECT FROM "Generation" g WHERE g.id = old."generationId" AND g.status IN ('QUEUED', 'RUNNING', 'CANCELLING')
    )
    AND now() - make_interval(secs => old.milliseconds / 1000) + interval '1 hour' > (SELECT min("createdAt") FROM "User")`;

/** The names of those that no row stands for, and none will. */
export async function findOrphans(connection: Connection, blobs: readonly OldBlob[]): Promise<readonly string[]> {
  const values = [
    blobs.map(({ name }) => name),
    blobs.map(({ generationId }) => generationId),
    blobs.map(({ ageMilliseconds }) => ageMilliseconds),
  ];
  const result = await connection.query<{ name: string }>({ name: 'find-orphans', text, values });
  return result.rows.map(({ name }) => name);
}
