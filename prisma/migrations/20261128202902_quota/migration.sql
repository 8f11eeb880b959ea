-- AlterTable
ALTER TABLE "ApiKey" ADD COLUMN     "quota" JSONB;

-- AlterTable
ALTER TABLE "User" ADD COLUMN     "quota" JSONB;

-- CreateTable
CREATE TABLE "QuotaCounter" (
    "subjectId" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "queued" INTEGER NOT NULL DEFAULT 0,
    "running" INTEGER NOT NULL DEFAULT 0,
    "minuteAt" TIMESTAMPTZ(3) NOT NULL,
    "minuteCount" INTEGER NOT NULL DEFAULT 0,
    "dayAt" TIMESTAMPTZ(3) NOT NULL,
    "dayCount" INTEGER NOT NULL DEFAULT 0,
    "daySpentUsd" DECIMAL(14,6) NOT NULL DEFAULT 0,
    "dayReservedUsd" DECIMAL(14,6) NOT NULL DEFAULT 0,
    "monthAt" TIMESTAMPTZ(3) NOT NULL,
    "monthSpentUsd" DECIMAL(14,6) NOT NULL DEFAULT 0,
    "monthReservedUsd" DECIMAL(14,6) NOT NULL DEFAULT 0,

    CONSTRAINT "QuotaCounter_pkey" PRIMARY KEY ("subjectId")
);

-- CreateTable
CREATE TABLE "QuotaLedger" (
    "id" UUID NOT NULL,
    "subjectId" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "reservedUsd" DECIMAL(12,6) NOT NULL,
    "costUsd" DECIMAL(12,6) NOT NULL DEFAULT 0,

    CONSTRAINT "QuotaLedger_pkey" PRIMARY KEY ("id","subjectId")
);

-- CreateIndex
CREATE INDEX "QuotaCounter_userId_idx" ON "QuotaCounter"("userId");

-- CreateIndex
CREATE INDEX "QuotaLedger_subjectId_at_idx" ON "QuotaLedger"("subjectId", "at");

-- CreateIndex
CREATE INDEX "QuotaLedger_userId_idx" ON "QuotaLedger"("userId");

-- CreateIndex
CREATE INDEX "Generation_succeeded_idx" ON "Generation"("modelSlug", "finishedAt" DESC) WHERE (status = 'SUCCEEDED'::text);

-- AddForeignKey
ALTER TABLE "QuotaCounter" ADD CONSTRAINT "QuotaCounter_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "QuotaLedger" ADD CONSTRAINT "QuotaLedger_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "QuotaLedger" ADD CONSTRAINT "QuotaLedger_kind_check" CHECK (kind IN ('GENERATION', 'ENHANCEMENT', 'UPLOAD'));
ALTER TABLE "QuotaLedger" ADD CONSTRAINT "QuotaLedger_state_check" CHECK (state IN ('QUEUED', 'RUNNING', 'SETTLED'));

-- Whatever starts, ends or removes a generation, or learns later what it cost, settles it in the same statement: no way to an end
-- can forget it. Locks the generation (by what fired it), then its user's counter, then its key's.
CREATE FUNCTION settle_quota() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  generation "Generation" := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  next_state text := CASE
    WHEN TG_OP = 'DELETE' THEN 'SETTLED'
    WHEN generation.status = 'QUEUED' THEN 'QUEUED'
    WHEN generation.status IN ('RUNNING', 'CANCELLING') THEN 'RUNNING'
    ELSE 'SETTLED' END;
  cost numeric := COALESCE(generation."costUsd", 0);
  entry "QuotaLedger";
  released numeric;
BEGIN
  FOR entry IN
    SELECT * FROM "QuotaLedger" WHERE id = generation.id ORDER BY "subjectId" <> "userId", "subjectId" FOR UPDATE
  LOOP
    CONTINUE WHEN entry.state = next_state AND entry."costUsd" = cost;
    released := CASE WHEN entry.state <> 'SETTLED' AND next_state = 'SETTLED' THEN entry."reservedUsd" ELSE 0 END;
    UPDATE "QuotaLedger" SET state = next_state, "costUsd" = cost WHERE id = entry.id AND "subjectId" = entry."subjectId";
    UPDATE "QuotaCounter" SET
      queued = queued + (next_state = 'QUEUED')::int - (entry.state = 'QUEUED')::int,
      running = running + (next_state = 'RUNNING')::int - (entry.state = 'RUNNING')::int,
      "daySpentUsd" = "daySpentUsd" + CASE WHEN entry.at >= "dayAt" THEN cost - entry."costUsd" ELSE 0 END,
      "dayReservedUsd" = "dayReservedUsd" - CASE WHEN entry.at >= "dayAt" THEN released ELSE 0 END,
      "monthSpentUsd" = "monthSpentUsd" + CASE WHEN entry.at >= "monthAt" THEN cost - entry."costUsd" ELSE 0 END,
      "monthReservedUsd" = "monthReservedUsd" - CASE WHEN entry.at >= "monthAt" THEN released ELSE 0 END
    WHERE "subjectId" = entry."subjectId";
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER "Generation_settle_quota" AFTER UPDATE OF status, "costUsd" ON "Generation" FOR EACH ROW
  WHEN (OLD.status IS DISTINCT FROM NEW.status OR OLD."costUsd" IS DISTINCT FROM NEW."costUsd")
  EXECUTE FUNCTION settle_quota();
CREATE TRIGGER "Generation_settle_deleted_quota" AFTER DELETE ON "Generation" FOR EACH ROW EXECUTE FUNCTION settle_quota();
