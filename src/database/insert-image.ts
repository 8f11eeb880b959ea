import type { Connection } from './database.ts';
import { createStepStatement, type RecordedStep, recordStep, type Step } from './step-statement.ts';

export interface NewImage {
  readonly id: string;
  readonly userId: string;
  readonly attempt: number;
  readonly position: number;
  readonly sha256: string;
  readonly blobName: string;
  readonly mediaType: string;
  readonly width: number;
  readonly height: number;
  readonly sizeBytes: number;
  readonly thumbHash: string;
  readonly seed: number | null;
  /** The wording that the provider says it used, where it is another one than ours. */
  readonly revisedPrompt: RevisedPrompt | null;
}

export interface RevisedPrompt {
  readonly id: string;
  readonly text: string;
  /** The slug of the model. */
  readonly writtenBy: string;
}

const statement = createStepStatement({
  name: 'insert-image',
  set: `"lostWorkers" = 0`,
  also: [
    `prompt AS (
      INSERT INTO "Prompt" (id, "generationId", position, text, source, "writtenBy", "createdAt")
      SELECT $24, id, (SELECT count(*) FROM "Prompt" WHERE "generationId" = $1), $25, 'PROVIDER', $26, $3
      FROM changed WHERE $24::uuid IS NOT NULL
    )`,
    `image AS (
      INSERT INTO "Image" (id, "userId", origin, sha256, "blobName", "mediaType", width, height, "sizeBytes", "thumbHash",
        seed, "generationId", "attemptNumber", position, "revisedPromptId", "createdAt")
      SELECT $12, $13, 'GENERATED', $14, $15, $16, $17, $18, $19, $20, $21, id, $22, $23, $24, $3 FROM changed
    )`,
  ],
});

/** The row of a picture whose bytes are stored already. */
export function insertImage(connection: Connection, step: Step, image: NewImage): Promise<RecordedStep | undefined> {
  return recordStep(connection, statement, step, [
    image.id,
    image.userId,
    image.sha256,
    image.blobName,
    image.mediaType,
    image.width,
    image.height,
    image.sizeBytes,
    image.thumbHash,
    image.seed,
    image.attempt,
    image.position,
    image.revisedPrompt?.id ?? null,
    image.revisedPrompt?.text ?? null,
    image.revisedPrompt?.writtenBy ?? null,
  ]);
}
