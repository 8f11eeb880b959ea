-- AlterTable
ALTER TABLE "Attempt" ADD COLUMN     "positions" INTEGER[] DEFAULT ARRAY[]::INTEGER[];

-- AlterTable
ALTER TABLE "Generation" ADD COLUMN     "lostWorkers" INTEGER NOT NULL DEFAULT 0;
