-- What the server does by itself is written down as well, and whom it did not let in.
ALTER TABLE "AuditEntry" DROP CONSTRAINT "AuditEntry_credential_check";
ALTER TABLE "AuditEntry" ADD CONSTRAINT "AuditEntry_credential_check" CHECK (credential IN ('local', 'api-key', 'token', 'session', 'operator', 'system', 'none'));

-- Those whose things are still to be removed.
CREATE INDEX "User_deleted_idx" ON "User"("id") WHERE issuer = 'deleted';
