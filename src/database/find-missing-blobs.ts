import type { Connection } from './database.ts';

/** All blobs whose names are between two. */
export interface BlobRange {
  /** Exclusive. */
  readonly after: string;
  /** Inclusive. */
  readonly upTo: string;
  readonly present: readonly string[];
  /** Only rows that are older count. */
  readonly rowAgeMilliseconds: number;
}

export interface MissingBlobs {
  readonly count: number;
  /** Of the first ten pictures. */
  readonly imageIds: readonly string[];
}

// The order of "blobName" is that of its bytes, as it is in the storage.
const text = `
  SELECT count(*)::int AS count, COALESCE((array_agg(i.id ORDER BY i.id))[1:10], '{}') AS "imageIds" FROM "Image" i
  WHERE i."blobName" > $1 AND i."blobName" <= $2 AND i."createdAt" < now() - make_interval(secs => $4::float8 / 1000)
    AND NOT EXISTS (SELECT FROM unnest($3::text[]) AS present(name) WHERE present.name = i."blobName")`;

/** The pictures whose bytes should be in this range, and are not. */
export async function findMissingBlobs(connection: Connection, range: BlobRange): Promise<MissingBlobs> {
  const { after, upTo, present, rowAgeMilliseconds } = range;
  const values = [after, upTo, present, rowAgeMilliseconds];
  const result = await connection.query<MissingBlobs>({ name: 'find-missing-blobs', text, values });
  return result.rows[0] ?? { count: 0, imageIds: [] };
}
