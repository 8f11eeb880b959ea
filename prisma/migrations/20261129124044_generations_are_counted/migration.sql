-- AlterTable
ALTER TABLE "Generation" ADD COLUMN     "countedForKeyAt" TIMESTAMPTZ(3),
ADD COLUMN     "countedForUserAt" TIMESTAMPTZ(3),
ADD COLUMN     "countedKeyId" UUID,
ADD COLUMN     "reservedUsd" DECIMAL(12,6);

ALTER TABLE "Generation" ADD CONSTRAINT "Generation_countedKeyId_check" CHECK (("countedKeyId" IS NULL) = ("countedForKeyAt" IS NULL));

-- What the ledger tells of generations that are there moves to their rows.
UPDATE "Generation" g SET "countedForUserAt" = entry.at, "reservedUsd" = entry."reservedUsd"
FROM "QuotaLedger" entry WHERE entry.id = g.id AND entry.kind = 'GENERATION' AND entry."subjectId" = g."userId";

UPDATE "Generation" g SET "countedKeyId" = entry."subjectId", "countedForKeyAt" = entry.at,
  "reservedUsd" = GREATEST(g."reservedUsd", entry."reservedUsd")
FROM "QuotaLedger" entry WHERE entry.id = g.id AND entry.kind = 'GENERATION' AND entry."subjectId" <> g."userId";

DELETE FROM "QuotaLedger" entry USING "Generation" g WHERE entry.id = g.id AND entry.kind = 'GENERATION';

-- CreateIndex
CREATE INDEX "Generation_counted_for_user_idx" ON "Generation"("userId", "countedForUserAt") WHERE ("countedForUserAt" IS NOT NULL);

-- CreateIndex
CREATE INDEX "Generation_counted_for_key_idx" ON "Generation"("countedKeyId", "countedForKeyAt") WHERE ("countedKeyId" IS NOT NULL);

-- Whatever starts, ends or removes a generation, or learns later what it cost, settles it in the same statement: no way to an end
-- can forget it. Locks the generation (by what fired it), then its user's counter, then its key's. What is removed leaves an entry.
DROP TRIGGER "Generation_settle_quota" ON "Generation";
DROP TRIGGER "Generation_settle_deleted_quota" ON "Generation";
CREATE OR REPLACE FUNCTION settle_quota() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  next_status text := CASE TG_OP WHEN 'DELETE' THEN 'DELETED' ELSE NEW.status END;
  queued_more int := (next_status = 'QUEUED')::int - (OLD.status = 'QUEUED')::int;
  running_more int := (next_status IN ('RUNNING', 'CANCELLING'))::int - (OLD.status IN ('RUNNING', 'CANCELLING'))::int;
  cost_more numeric := CASE TG_OP WHEN 'DELETE' THEN 0 ELSE COALESCE(NEW."costUsd", 0) - COALESCE(OLD."costUsd", 0) END;
  released numeric := CASE WHEN queued_more + running_more < 0 THEN COALESCE(OLD."reservedUsd", 0) ELSE 0 END;
  subject record;
BEGIN
  FOR subject IN
    SELECT * FROM (VALUES (OLD."userId", OLD."countedForUserAt"), (OLD."countedKeyId", OLD."countedForKeyAt")) AS counted(id, at)
    WHERE at IS NOT NULL
  LOOP
    UPDATE "QuotaCounter" SET
      queued = queued + queued_more,
      running = running + running_more,
      "daySpentUsd" = "daySpentUsd" + CASE WHEN subject.at >= "dayAt" THEN cost_more ELSE 0 END,
      "dayReservedUsd" = "dayReservedUsd" - CASE WHEN subject.at >= "dayAt" THEN released ELSE 0 END,
      "monthSpentUsd" = "monthSpentUsd" + CASE WHEN subject.at >= "monthAt" THEN cost_more ELSE 0 END,
      "monthReservedUsd" = "monthReservedUsd" - CASE WHEN subject.at >= "monthAt" THEN released ELSE 0 END
    WHERE "subjectId" = subject.id;
    IF TG_OP = 'DELETE' THEN
      -- Not where it goes with its user.
      INSERT INTO "QuotaLedger" (id, "subjectId", "userId", kind, at, "costUsd")
      SELECT OLD.id, subject.id, u.id, 'GENERATION', subject.at, COALESCE(OLD."costUsd", 0) FROM "User" u WHERE u.id = OLD."userId";
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER "Generation_settle_quota" AFTER UPDATE OF status, "costUsd" ON "Generation" FOR EACH ROW
  WHEN ((OLD."countedForUserAt" IS NOT NULL OR OLD."countedKeyId" IS NOT NULL)
    AND (OLD.status IS DISTINCT FROM NEW.status OR OLD."costUsd" IS DISTINCT FROM NEW."costUsd"))
  EXECUTE FUNCTION settle_quota();
CREATE TRIGGER "Generation_settle_deleted_quota" AFTER DELETE ON "Generation" FOR EACH ROW
  WHEN (OLD."countedForUserAt" IS NOT NULL OR OLD."countedKeyId" IS NOT NULL)
  EXECUTE FUNCTION settle_quota();

-- AlterTable
ALTER TABLE "QuotaLedger" DROP COLUMN "reservedUsd",
DROP COLUMN "state";
