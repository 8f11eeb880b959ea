-- DropIndex
DROP INDEX "QuotaLedger_subjectId_at_idx";

-- DropIndex
DROP INDEX "QuotaLedger_userId_idx";

-- CreateIndex
CREATE INDEX "QuotaLedger_userId_subjectId_idx" ON "QuotaLedger"("userId", "subjectId");
