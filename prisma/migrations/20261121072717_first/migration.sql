-- Generated from schema.prisma (npm run database:migration), then completed by hand with what it cannot express:
-- CHECK constraints, fill factors, the unlogged table, storage of the preview frames, and the index for searching prompts.

-- CreateTable
CREATE TABLE "User" (
    "id" UUID NOT NULL,
    "issuer" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "name" TEXT,
    "email" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Generation" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "status" TEXT NOT NULL,
    "lastSequence" INTEGER NOT NULL,
    "leaseToken" UUID,
    "deadlineAt" TIMESTAMPTZ(3),
    "requestedModel" TEXT NOT NULL,
    "modelSlug" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "prompt" TEXT NOT NULL,
    "effectivePrompt" TEXT NOT NULL,
    "negativePrompt" TEXT,
    "request" JSONB NOT NULL,
    "options" JSONB NOT NULL,
    "warnings" JSONB NOT NULL,
    "text" TEXT,
    "failure" JSONB,
    "costUsd" DECIMAL(12,6),
    "retryOfId" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "startedAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Generation_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "Generation_status_check" CHECK ("status" IN ('QUEUED', 'RUNNING', 'CANCELLING', 'SUCCEEDED', 'FAILED', 'CANCELLED'))
) WITH (fillfactor = 80);

-- CreateTable
CREATE TABLE "Prompt" (
    "id" UUID NOT NULL,
    "generationId" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "text" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "writtenBy" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Prompt_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "Prompt_source_check" CHECK ("source" IN ('USER', 'ENHANCER', 'PROVIDER'))
);

-- CreateTable
CREATE UNLOGGED TABLE "GenerationTick" (
    "generationId" UUID NOT NULL,
    "sequence" INTEGER NOT NULL,
    "tick" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "fraction" DOUBLE PRECISION,
    "step" INTEGER,
    "totalSteps" INTEGER,
    "previewNumber" INTEGER NOT NULL,
    "previewBytes" BYTEA,
    "previewMediaType" TEXT,
    "previewWidth" INTEGER,
    "previewHeight" INTEGER,

    CONSTRAINT "GenerationTick_pkey" PRIMARY KEY ("generationId")
) WITH (
    -- Rewritten a few times a second: with room on the page an update touches no index.
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 1000,
    toast.autovacuum_vacuum_scale_factor = 0,
    toast.autovacuum_vacuum_threshold = 2000
);

-- Frames are compressed pictures: trying to compress them again costs time and gains nothing.
ALTER TABLE "GenerationTick" ALTER COLUMN "previewBytes" SET STORAGE EXTERNAL;

-- CreateTable
CREATE TABLE "GenerationInput" (
    "generationId" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "role" TEXT NOT NULL,
    "imageId" UUID,
    "sourceUrl" TEXT,

    CONSTRAINT "GenerationInput_pkey" PRIMARY KEY ("generationId","position"),
    CONSTRAINT "GenerationInput_role_check" CHECK ("role" IN ('REFERENCE', 'MASK'))
);

-- CreateTable
CREATE TABLE "Image" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "origin" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "blobName" TEXT NOT NULL,
    "mediaType" TEXT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "sizeBytes" INTEGER NOT NULL,
    "thumbHash" TEXT,
    "seed" BIGINT,
    "generationId" UUID,
    "attemptNumber" INTEGER,
    "position" INTEGER,
    "revisedPromptId" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Image_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "Image_origin_check" CHECK ("origin" IN ('INPUT', 'GENERATED'))
);

-- CreateTable
CREATE TABLE "Attempt" (
    "generationId" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "providerRequestId" TEXT,
    "outcome" TEXT NOT NULL,
    "failure" JSONB,
    "delayMilliseconds" INTEGER,
    "executionMilliseconds" INTEGER,
    "costUsd" DECIMAL(12,6),
    "startedAt" TIMESTAMPTZ(3) NOT NULL,
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Attempt_pkey" PRIMARY KEY ("generationId","number"),
    CONSTRAINT "Attempt_kind_check" CHECK ("kind" IN ('ENHANCE', 'GENERATE')),
    CONSTRAINT "Attempt_outcome_check" CHECK ("outcome" IN ('RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'UNKNOWN'))
);

-- CreateTable
CREATE TABLE "GenerationEvent" (
    "generationId" UUID NOT NULL,
    "sequence" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "type" TEXT NOT NULL,
    "message" TEXT,
    "attempt" INTEGER,
    "status" TEXT NOT NULL,
    "stage" TEXT,
    "fraction" DOUBLE PRECISION,
    "step" INTEGER,
    "totalSteps" INTEGER,
    "imagesStored" INTEGER NOT NULL,

    CONSTRAINT "GenerationEvent_pkey" PRIMARY KEY ("generationId","sequence"),
    CONSTRAINT "GenerationEvent_type_check" CHECK ("type" IN ('REQUEST_RECEIVED', 'STARTED', 'INPUTS_PREPARED', 'PROMPT_ENHANCED', 'CALLING_PROVIDER', 'PROVIDER_ACCEPTED', 'IMAGE_GENERATED', 'IMAGE_STORED', 'RETRYING', 'FALLING_BACK', 'CANCEL_REQUESTED', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
    CONSTRAINT "GenerationEvent_status_check" CHECK ("status" IN ('QUEUED', 'RUNNING', 'CANCELLING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
    CONSTRAINT "GenerationEvent_stage_check" CHECK ("stage" IN ('PREPARING_INPUTS', 'ENHANCING_PROMPT', 'WAITING_FOR_PROVIDER', 'GENERATING', 'STORING'))
);

-- CreateIndex
CREATE UNIQUE INDEX "User_issuer_subject_key" ON "User"("issuer", "subject");

-- CreateIndex
CREATE INDEX "Generation_userId_id_idx" ON "Generation"("userId", "id" DESC);

-- CreateIndex
CREATE INDEX "Generation_userId_status_id_idx" ON "Generation"("userId", "status", "id" DESC);

-- CreateIndex
CREATE INDEX "Generation_userId_modelSlug_id_idx" ON "Generation"("userId", "modelSlug", "id" DESC);

-- CreateIndex
CREATE INDEX "Generation_retryOfId_idx" ON "Generation"("retryOfId") WHERE ("retryOfId" IS NOT NULL);

-- CreateIndex
CREATE INDEX "Generation_unfinished_idx" ON "Generation"("id") WHERE (status = ANY (ARRAY['QUEUED'::text, 'RUNNING'::text, 'CANCELLING'::text]));

-- CreateIndex
CREATE UNIQUE INDEX "Prompt_generationId_position_key" ON "Prompt"("generationId", "position");

-- CreateIndex
CREATE INDEX "GenerationInput_imageId_generationId_idx" ON "GenerationInput"("imageId", "generationId" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "Image_blobName_key" ON "Image"("blobName");

-- CreateIndex
CREATE INDEX "Image_userId_id_idx" ON "Image"("userId", "id" DESC);

-- CreateIndex
CREATE INDEX "Image_revisedPromptId_idx" ON "Image"("revisedPromptId") WHERE ("revisedPromptId" IS NOT NULL);

-- CreateIndex
CREATE UNIQUE INDEX "Image_generationId_position_key" ON "Image"("generationId", "position");

-- CreateIndex
CREATE UNIQUE INDEX "Image_userId_sha256_key" ON "Image"("userId", "sha256") WHERE (origin = 'INPUT');

-- CreateIndex
CREATE UNIQUE INDEX "Attempt_provider_providerRequestId_key" ON "Attempt"("provider", "providerRequestId");

-- Searching prompts: the words as they are, in any language.
CREATE INDEX "Prompt_text_search_idx" ON "Prompt" USING gin (to_tsvector('simple', "text"));

-- AddForeignKey
ALTER TABLE "Generation" ADD CONSTRAINT "Generation_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Generation" ADD CONSTRAINT "Generation_retryOfId_fkey" FOREIGN KEY ("retryOfId") REFERENCES "Generation"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Prompt" ADD CONSTRAINT "Prompt_generationId_fkey" FOREIGN KEY ("generationId") REFERENCES "Generation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "GenerationTick" ADD CONSTRAINT "GenerationTick_generationId_fkey" FOREIGN KEY ("generationId") REFERENCES "Generation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "GenerationInput" ADD CONSTRAINT "GenerationInput_generationId_fkey" FOREIGN KEY ("generationId") REFERENCES "Generation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "GenerationInput" ADD CONSTRAINT "GenerationInput_imageId_fkey" FOREIGN KEY ("imageId") REFERENCES "Image"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Image" ADD CONSTRAINT "Image_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Image" ADD CONSTRAINT "Image_generationId_fkey" FOREIGN KEY ("generationId") REFERENCES "Generation"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Image" ADD CONSTRAINT "Image_revisedPromptId_fkey" FOREIGN KEY ("revisedPromptId") REFERENCES "Prompt"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Attempt" ADD CONSTRAINT "Attempt_generationId_fkey" FOREIGN KEY ("generationId") REFERENCES "Generation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "GenerationEvent" ADD CONSTRAINT "GenerationEvent_generationId_fkey" FOREIGN KEY ("generationId") REFERENCES "Generation"("id") ON DELETE CASCADE ON UPDATE CASCADE;
