-- AlterTable
ALTER TABLE "Attempt" ADD COLUMN     "webhookToken" TEXT;
