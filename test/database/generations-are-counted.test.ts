import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { migrateDatabase } from '../../src/database/migrate.ts';
import { readMigrations } from '../../src/database/migration-files.ts';
import { recountQuota } from '../../src/database/recount-quota.ts';
import { copyMigrations } from '../support/migrations.ts';
import { createEmptyDatabase } from '../support/test-database.ts';

const log = { info: () => undefined } as never;
const name = '20261129124044_generations_are_counted';

/** The migrations before the one that moves the entries of generations. */
async function copyEarlierMigrations(): Promise<string> {
  const directory = await copyMigrations();
  const later = (await readMigrations(directory)).filter((migration) => migration.name >= name);
  await Promise.all(later.map((migration) => rm(join(directory, migration.name), { recursive: true })));
  return directory;
}

const [user, key] = ['00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000002'];
const [queued, running, ended, removed, upload] = [10, 11, 12, 13, 14].map(
  (number) => `00000000-0000-7000-8000-0000000000${number}`,
);

/** What this user and one of their keys have asked for today, as the version before this one counted it. */
const before = `
  INSERT INTO "User" (id, issuer, subject, role, "createdAt") VALUES ('${user}', 'test', 'ada', 'USER', now());
  INSERT INTO "Generation" (id, "userId", status, "lastSequence", "requestedModel", "modelSlug", provider, prompt, "effectivePrompt",
    request, options, warnings, "costUsd", "createdAt", "finishedAt")
  SELECT id::uuid, '${user}', status, 1, 'm', 'm', 'p', 'a fox', 'a fox', '{}', '{}', '[]', cost, now(),
    CASE WHEN cost IS NOT NULL THEN now() END
  FROM (VALUES ('${queued}', 'QUEUED', NULL), ('${running}', 'RUNNING', NULL), ('${ended}', 'SUCCEEDED', 0.03)) AS g(id, status, cost);
  INSERT INTO "QuotaCounter" ("subjectId", "userId", queued, running, "minuteAt", "minuteCount", "dayAt", "dayCount", "daySpentUsd",
    "dayReservedUsd", "monthAt", "monthSpentUsd", "monthReservedUsd")
  SELECT id::uuid, '${user}', queued, running, date_trunc('minute', now(), 'UTC'), minute, date_trunc('day', now(), 'UTC'), day, spent,
    reserved, date_trunc('month', now(), 'UTC'), spent, reserved
  FROM (VALUES ('${user}', 1, 1, 5, 4, 0.08, 0.06), ('${key}', 0, 1, 1, 1, 0, 0.04)) AS c(id, queued, running, minute, day, spent, reserved);
  INSERT INTO "QuotaLedger" (id, "subjectId", "userId", kind, state, at, "reservedUsd", "costUsd")
  SELECT id::uuid, subject::uuid, '${user}', kind, state, now(), reserved, cost
  FROM (VALUES ('${queued}', '${user}', 'GENERATION', 'QUEUED', 0.02, 0),
    ('${running}', '${user}', 'GENERATION', 'RUNNING', 0.04, 0), ('${running}', '${key}', 'GENERATION', 'RUNNING', 0.04, 0),
    ('${ended}', '${user}', 'GENERATION', 'SETTLED', 0.04, 0.03), ('${removed}', '${user}', 'GENERATION', 'SETTLED', 0.04, 0.05),
    ('${upload}', '${user}', 'UPLOAD', 'SETTLED', 0, 0)) AS e(id, subject, kind, state, reserved, cost)`;

test('what was counted before generations told so themselves counts as it did, and is settled when it ends', async () => {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await createEmptyDatabase());
  await migrateDatabase({ url: database.url, log, directory: await copyEarlierMigrations() });
  const client = new pg.Client(database.url);
  await client.connect();
  stack.defer(() => client.end());
  await client.query(before);
  await migrateDatabase({ url: database.url, log });
  const recount = async () => [await recountQuota(client, user), await recountQuota(client, key)];
  expect(await recount()).toEqual([false, false]);
  const entries = await client.query('SELECT id, kind FROM "QuotaLedger" ORDER BY id');
  expect(entries.rows).toEqual([
    { id: removed, kind: 'GENERATION' },
    { id: upload, kind: 'UPLOAD' },
  ]);

  await client.query(
    `UPDATE "Generation" SET status = 'SUCCEEDED', "costUsd" = 0.01, "finishedAt" = now() WHERE id = '${running}'`,
  );
  await client.query(`DELETE FROM "Generation" WHERE id = '${queued}'`);
  const counters = await client.query(
    'SELECT queued, running, "dayCount", "daySpentUsd", "dayReservedUsd" FROM "QuotaCounter" ORDER BY "subjectId"',
  );
  expect(counters.rows).toEqual([
    { queued: 0, running: 0, dayCount: 4, daySpentUsd: '0.090000', dayReservedUsd: '0.000000' },
    { queued: 0, running: 0, dayCount: 1, daySpentUsd: '0.010000', dayReservedUsd: '0.000000' },
  ]);
  expect(await recount()).toEqual([false, false]);
});
