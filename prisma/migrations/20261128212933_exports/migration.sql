-- CreateTable
CREATE TABLE "Export" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "token" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "finishedAt" TIMESTAMPTZ(3),
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Export_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Export_token_key" ON "Export"("token");

-- CreateIndex
CREATE INDEX "Export_userId_idx" ON "Export"("userId");

-- CreateIndex
CREATE INDEX "Export_expiresAt_idx" ON "Export"("expiresAt");

-- AddForeignKey
ALTER TABLE "Export" ADD CONSTRAINT "Export_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "Export" ADD CONSTRAINT "Export_expiresAt_check" CHECK ("expiresAt" > "createdAt");

ALTER TABLE "QuotaLedger" DROP CONSTRAINT "QuotaLedger_kind_check";
ALTER TABLE "QuotaLedger" ADD CONSTRAINT "QuotaLedger_kind_check" CHECK (kind IN ('GENERATION', 'ENHANCEMENT', 'UPLOAD', 'EXPORT'));
