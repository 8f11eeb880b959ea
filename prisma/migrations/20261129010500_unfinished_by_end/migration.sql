-- Of what has not ended, by a condition that no question for what waits of one user implies: before it has statistics, PostgreSQL takes
-- this index to be nearly empty, and would rather read the whole queue than go by the user.
DROP INDEX "Generation_unfinished_idx";
CREATE INDEX "Generation_unfinished_idx" ON "Generation"("id") WHERE ("finishedAt" IS NULL);
