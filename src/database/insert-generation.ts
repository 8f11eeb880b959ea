import type { Connection } from './database.ts';
import type { Generation } from './generated/client.ts';
import { type AuditEntry, toAuditInsert, toAuditValues } from './insert-audit-entry.ts';
import type { OwnLimits } from './quota-counter.ts';

export interface NewGeneration {
  readonly row: Generation;
  readonly promptId: string;
  /** Of the prompt with the style in words, where the model is to be told it so; null where the given one is used as it is. */
  readonly styledPromptId: string | null;
}

export interface AcceptanceNotes {
  readonly auditEntry: AuditEntry;
  /** How far those are counted that wait already. */
  readonly maxWaiting: number;
}

// One that is repeated may be deleted meanwhile: then it is as if that came later. What waits is counted along the index of the
// user's status, which the order makes the cheapest. $24 is the key of the entry in the audit log.
const text = `
  WITH generation AS (
    INSERT INTO "Generation" (id, "userId", status, "lastSequence", "requestedModel", "modelSlug", provider, prompt,
      "effectivePrompt", "negativePrompt", request, options, warnings, "createdAt", "deadlineAt", "retryOfId")
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
      (SELECT id FROM "Generation" WHERE id = $16 FOR KEY SHARE))
    RETURNING id, status, "lastSequence", "createdAt"
  ), prompt AS (
    INSERT INTO "Prompt" (id, "generationId", position, text, source, "createdAt")
    SELECT $17, id, 0, $8, 'USER', "createdAt" FROM generation
  ), styled AS (
    INSERT INTO "Prompt" (id, "generationId", position, text, source, "writtenBy", "createdAt")
    SELECT $18, id, 1, $9, 'ENHANCER', 'style', "createdAt" FROM generation WHERE $18::uuid IS NOT NULL
  ), audited AS (
    ${toAuditInsert(20)}
  )
  INSERT INTO "GenerationEvent" ("generationId", sequence, at, type, status, "imagesStored")
  SELECT id, "lastSequence", "createdAt", 'REQUEST_RECEIVED', status, 0 FROM generation
  RETURNING (SELECT count(*)::int FROM (
      SELECT FROM "Generation" WHERE "userId" = $2 AND status = 'QUEUED' ORDER BY id DESC LIMIT $19
    ) AS queued) AS waiting,
    (SELECT quota FROM "User" WHERE id = $2) AS "user", (SELECT quota FROM "ApiKey" WHERE id = $24) AS "apiKey"`;

export interface InsertedGeneration {
  /** How many of its user wait already, counted up to `maxWaiting`. */
  readonly waiting: number;
  /** Of its user, and of the key that it was asked for with. */
  readonly own: OwnLimits;
}

/** A queued generation with its wordings, its first event and its entry in the audit log. */
export async function insertGeneration(
  connection: Connection,
  { row, promptId, styledPromptId }: NewGeneration,
  { auditEntry, maxWaiting }: AcceptanceNotes,
): Promise<InsertedGeneration> {
  const values = [...toValues(row), promptId, styledPromptId, maxWaiting, ...toAuditValues(auditEntry)];
  const query = { name: 'insert-generation', text, values };
  const { rows } = await connection.query<OwnLimits & { readonly waiting: number }>(query);
  const [inserted] = rows;
  if (inserted === undefined) throw new Error(`Generation ${row.id} was not inserted.`);
  const { waiting, ...own } = inserted;
  return { waiting, own };
}

function toValues(row: Generation): unknown[] {
  return [
    row.id,
    row.userId,
    row.status,
    row.lastSequence,
    row.requestedModel,
    row.modelSlug,
    row.provider,
    row.prompt,
    row.effectivePrompt,
    row.negativePrompt,
    JSON.stringify(row.request),
    JSON.stringify(row.options),
    JSON.stringify(row.warnings),
    row.createdAt,
    row.deadlineAt,
    row.retryOfId,
  ];
}
