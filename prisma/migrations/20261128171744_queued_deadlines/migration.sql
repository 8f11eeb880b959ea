-- CreateIndex
CREATE INDEX "Generation_queued_deadline_idx" ON "Generation"("deadlineAt") WHERE (status = 'QUEUED'::text AND "deadlineAt" IS NOT NULL);
