-- CreateTable
CREATE TABLE "PeriodicTask" (
    "name" TEXT NOT NULL,
    "startedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "PeriodicTask_pkey" PRIMARY KEY ("name")
);

-- Listings of the storage come in the order of the names' bytes, and the sweep compares rows with them page by page.
ALTER TABLE "Image" ALTER COLUMN "blobName" SET DATA TYPE TEXT COLLATE "C";
