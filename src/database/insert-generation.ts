import type { GenerationOptions, GenerationRequest, OptionWarning } from '../domain/generation-request.ts';
import type { Connection } from './database.ts';

export interface NewGeneration {
  readonly id: string;
  readonly promptId: string;
  /** The prompt with the style in words, where the model is to be told it so; null where the given one is used as it is. */
  readonly styled: { readonly promptId: string; readonly text: string } | null;
  readonly userId: string;
  readonly modelSlug: string;
  readonly provider: string;
  readonly request: GenerationRequest;
  readonly options: GenerationOptions;
  readonly warnings: readonly OptionWarning[];
  readonly createdAt: Date;
  /** Null for none. */
  readonly deadlineAt: Date | null;
  /** The generation that this one repeats. */
  readonly retryOfId: string | null;
}

// One that is repeated may be deleted meanwhile: then it is as if that came later.
const text = `
  WITH generation AS (
    INSERT INTO "Generation" (id, "userId", status, "lastSequence", "requestedModel", "modelSlug", provider, prompt,
      "effectivePrompt", "negativePrompt", request, options, warnings, "createdAt",
      "deadlineAt", "retryOfId")
    VALUES ($1, $2, 'QUEUED', 1, $3, $4, $5, $6, COALESCE($14, $6), $7, $8, $9, $10, $11, $15,
      (SELECT id FROM "Generation" WHERE id = $16 FOR KEY SHARE))
    RETURNING id, "createdAt"
  ), prompt AS (
    INSERT INTO "Prompt" (id, "generationId", position, text, source, "createdAt")
    SELECT $12, id, 0, $6, 'USER', "createdAt" FROM generation
  ), styled AS (
    INSERT INTO "Prompt" (id, "generationId", position, text, source, "writtenBy", "createdAt")
    SELECT $13, id, 1, $14, 'ENHANCER', 'style', "createdAt" FROM generation WHERE $13::uuid IS NOT NULL
  )
  INSERT INTO "GenerationEvent" ("generationId", sequence, at, type, status, "imagesStored")
  SELECT id, 1, "createdAt", 'REQUEST_RECEIVED', 'QUEUED', 0 FROM generation
  RETURNING (SELECT count(*)::int FROM (SELECT FROM "Generation" WHERE "userId" = $2 AND status = 'QUEUED' LIMIT $17) AS queued)
    AS waiting, EXISTS (SELECT FROM "User" WHERE id = $2 AND quota IS NOT NULL) AS "hasQuota"`;

export interface InsertedGeneration {
  /** How many of its user wait already, counted up to `maxWaiting`. */
  readonly waiting: number;
  /** Whether its user has limits of their own. */
  readonly hasQuota: boolean;
}

/** A queued generation with its wordings and its first event. */
export async function insertGeneration(
  connection: Connection,
  generation: NewGeneration,
  maxWaiting: number,
): Promise<InsertedGeneration> {
  const { request } = generation;
  const { rows } = await connection.query<InsertedGeneration>({
    name: 'insert-generation',
    text,
    values: [
      generation.id,
      generation.userId,
      request.model ?? generation.modelSlug,
      generation.modelSlug,
      generation.provider,
      request.prompt,
      request.negativePrompt,
      JSON.stringify(request),
      JSON.stringify(generation.options),
      JSON.stringify(generation.warnings),
      generation.createdAt,
      generation.promptId,
      generation.styled?.promptId ?? null,
      generation.styled?.text ?? null,
      generation.deadlineAt,
      generation.retryOfId,
      maxWaiting,
    ],
  });
  return rows[0] ?? { waiting: 0, hasQuota: false };
}
