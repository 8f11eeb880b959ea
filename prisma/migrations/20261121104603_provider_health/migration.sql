-- CreateTable
CREATE TABLE "ProviderHealth" (
    "provider" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ProviderHealth_pkey" PRIMARY KEY ("provider"),
    CONSTRAINT "ProviderHealth_state_check" CHECK ("state" IN ('CIRCUIT_OPEN', 'KEY_REFUSED'))
);
