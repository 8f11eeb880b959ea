import { NIL } from 'uuid';
import type { Connection } from './database.ts';
import type { OwnLimits } from './quota-counter.ts';

export interface AskedFor {
  readonly userId: string;
  /** Of the key that it was asked for with; null for none. */
  readonly apiKeyId: string | null;
  /** The generation that is to be repeated; null for none. */
  readonly retryOfId: string | null;
}

export interface HeldAsker {
  /** How many generations of the user wait already, of more than `maxWaiting` that many. */
  readonly waiting: number;
  readonly own: OwnLimits;
  /** Null also where it was deleted meanwhile: then it is as if that came later. */
  readonly retryOfId: string | null;
}

/** Of more, nobody counts on. */
export const maxWaiting = 100;

// The user is locked here as the rows that refer to them do it later: who removes users waits before any counter is locked. What
// waits is counted along the index of the user's status, which the order makes the cheapest. Neither a limit that is a parameter
// nor a null is handed over: with those PostgreSQL would plan the statement anew each time, which takes longer than it does.
const text = `
  SELECT u.quota AS "user", (SELECT quota FROM "ApiKey" WHERE id = $2) AS "apiKey",
    (SELECT id FROM "Generation" WHERE id = $3 FOR KEY SHARE) AS "retryOfId",
    (SELECT count(*)::int FROM (
      SELECT FROM "Generation" WHERE "userId" = $1 AND status = 'QUEUED' ORDER BY id DESC LIMIT ${maxWaiting}
    ) AS queued) AS waiting
  FROM "User" u WHERE id = $1 FOR KEY SHARE OF u`;

type Row = OwnLimits & Pick<HeldAsker, 'waiting' | 'retryOfId'>;

/** What decides how a request is accepted. Until the transaction ends nobody removes what the new generation refers to. */
export async function holdAsker(connection: Connection, { userId, apiKeyId, retryOfId }: AskedFor): Promise<HeldAsker> {
  const values = [userId, apiKeyId ?? NIL, retryOfId ?? NIL];
  const { rows } = await connection.query<Row>({ name: 'hold-asker', text, values });
  const [row] = rows;
  // Authenticated a moment ago.
  if (row === undefined) throw new Error(`The user ${userId} was removed.`);
  const { waiting, user, apiKey } = row;
  return { waiting, own: { user, apiKey }, retryOfId: row.retryOfId };
}
