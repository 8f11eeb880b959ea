import type pg from 'pg';
import type { Generation } from './generated/client.ts';
import { type AuditEntry, auditColumnCount, toAuditInsert, toAuditValues } from './insert-audit-entry.ts';
import { toPlaces } from './parameters.ts';
import {
  countColumnCount,
  type QuotaReservation,
  type QuotaSubject,
  toCount,
  toCountValues,
  toReservedUsd,
} from './reserve-quota.ts';

export interface NewGeneration {
  readonly row: Generation;
  readonly promptId: string;
  /** Of the prompt with the style in words, where the model is to be told it so; null where the given one is used as it is. */
  readonly styledPromptId: string | null;
}

export interface AcceptanceNotes {
  readonly auditEntry: AuditEntry;
  /** What is still to be counted, the user before the key. */
  readonly reservations: readonly QuotaReservation[];
}

const firstOfAudit = 20;
const firstOfCounts = firstOfAudit + auditColumnCount;

const attached = `prompt AS (
    INSERT INTO "Prompt" (id, "generationId", position, text, source, "createdAt")
    SELECT $18, id, 0, $8, 'USER', "createdAt" FROM generation
  ), styled AS (
    INSERT INTO "Prompt" (id, "generationId", position, text, source, "writtenBy", "createdAt")
    SELECT $19, id, 1, $9, 'ENHANCER', 'style', "createdAt" FROM generation WHERE $19::uuid IS NOT NULL
  ), audited AS (
    ${toAuditInsert(firstOfAudit)}
  ), event AS (
    INSERT INTO "GenerationEvent" ("generationId", sequence, at, type, status, "imagesStored")
    SELECT id, "lastSequence", "createdAt", 'REQUEST_RECEIVED', status, 0 FROM generation
    RETURNING sequence
  )`;

const countNames = { user: 'counted_user', 'api-key': 'counted_key' } as const;

/**
 * The counters come first, each after the one before: what is counted stands in the windows that they are in by then. Where one
 * of them has no room, nothing is inserted.
 */
function toText(subjects: readonly QuotaSubject['kind'][]): string {
  const names: readonly string[] = subjects.map((subject) => countNames[subject]);
  const counts = names.map((name, index) =>
    toCount({ name, source: names[index - 1], firstParameter: firstOfCounts + index * countColumnCount }),
  );
  const of = (name: string, column: string) => (names.includes(name) ? `${name}.${column}` : 'NULL');
  const generation = `generation AS (
    INSERT INTO "Generation" (id, "userId", status, "lastSequence", "requestedModel", "modelSlug", provider, prompt,
      "effectivePrompt", "negativePrompt", request, options, warnings, "createdAt", "deadlineAt", "retryOfId", "reservedUsd",
      "countedForUserAt", "countedKeyId", "countedForKeyAt")
    SELECT ${toPlaces(1, 17).join(', ')}, ${of('counted_user', 'at')}, ${of('counted_key', '"subjectId"')}, ${of('counted_key', 'at')}
    ${names.length === 0 ? '' : `FROM ${names.join(', ')}`}
    RETURNING id, status, "lastSequence", "createdAt"
  )`;
  const ending =
    names.length === 0 ? 'SELECT FROM event' : 'SELECT refuse_quota() WHERE NOT EXISTS (SELECT FROM event)';
  return `WITH ${[...counts, generation].join(', ')}, ${attached} ${ending}`;
}

const possible: readonly (readonly QuotaSubject['kind'][])[] = [[], ['user'], ['api-key'], ['user', 'api-key']];
const toName = (subjects: readonly QuotaSubject['kind'][]) => ['insert-generation', ...subjects].join('-');
const texts = new Map(possible.map((subjects) => [toName(subjects), toText(subjects)]));

/**
 * A statement that inserts a queued generation with its wordings, its first event and its entry in the audit log, and counts it. Where
 * one of the limits does not allow it, or there is no counter yet, it fails with what `isNotCounted` knows.
 */
export function toGenerationInsert(
  { row, promptId, styledPromptId }: NewGeneration,
  { auditEntry, reservations }: AcceptanceNotes,
): pg.QueryConfig {
  const subjects = reservations.map(({ subject }) => subject.kind);
  const [reserved] = reservations;
  const reservedUsd = reserved === undefined ? null : toReservedUsd(reserved.use);
  const own = [...toValues(row), reservedUsd, promptId, styledPromptId, ...toAuditValues(auditEntry)];
  const values = [...own, ...reservations.flatMap(toCountValues)];
  const name = toName(subjects);
  const text = texts.get(name);
  if (text === undefined) throw new Error(`A generation counts for its user, then for the key: not ${subjects}.`);
  return { name, text, values };
}

function toValues(row: Generation): unknown[] {
  return [
    row.id,
    row.userId,
    row.status,
    row.lastSequence,
    row.requestedModel,
    row.modelSlug,
    row.provider,
    row.prompt,
    row.effectivePrompt,
    row.negativePrompt,
    JSON.stringify(row.request),
    JSON.stringify(row.options),
    JSON.stringify(row.warnings),
    row.createdAt,
    row.deadlineAt,
    row.retryOfId,
  ];
}
