import { type Asker, findLimited } from '../accounts/quota-subjects.ts';
import { type Reserve, withinQuota } from '../accounts/reserve-quota.ts';
import type { Audit } from '../database/audit.ts';
import { holdAsker } from '../database/hold-asker.ts';
import { type NewGeneration, toGenerationInsert } from '../database/insert-generation.ts';
import { holdInputImages, type NewInput, toInputsInsert } from '../database/insert-inputs.ts';
import { crashPoint } from '../domain/crash-point.ts';
import type { GenerationDependencies } from './dependencies.ts';
import { claimKey, findReplay, type Replayable } from './idempotency.ts';
import { toPriority } from './queue-priority.ts';

export interface GenerationToAccept {
  readonly generation: NewGeneration;
  readonly inputs: readonly NewInput[];
  readonly asker: Asker;
  /** What it may cost, in USD; null where nobody knows. */
  readonly costUsd: string | null;
}

export interface Acceptance {
  readonly generationId: string;
  /** As it is stored; null where it was accepted before, and may be anything by now. */
  readonly generation: NewGeneration['row'] | null;
  /** It was accepted before, under the same key. */
  readonly replayed: boolean;
}

type Dependencies = Pick<
  GenerationDependencies,
  'database' | 'queue' | 'announce' | 'clock' | 'quotaDefaults' | 'queueGate'
> & { readonly audit: Audit };

/**
 * Stores a generation and queues it, in one transaction. Where its key is taken, before or meanwhile, answers that generation
 * instead. `replayable` is null for a request without a key. Throws what `prepare` throws, `InputImageUnusable`,
 * `IdempotencyConflict`, `QuotaExceeded` and `QueueFull`; then nothing is stored, and the key is as free as it was.
 */
export async function acceptGeneration(
  dependencies: Dependencies,
  replayable: Replayable | null,
  prepare: () => Promise<GenerationToAccept>,
): Promise<Acceptance> {
  const known = replayable === null ? undefined : await findReplay(dependencies, replayable);
  if (known !== undefined) return toReplay(known);
  const accepted = await prepare();
  await dependencies.queueGate.admit();
  return store(dependencies, replayable, accepted);
}

async function store(
  { database, queue, announce, quotaDefaults, audit }: Dependencies,
  replayable: Replayable | null,
  { generation, inputs, asker, costUsd }: GenerationToAccept,
): Promise<Acceptance> {
  const { id, userId, createdAt: at, retryOfId } = generation.row;
  const auditEntry = audit.toEntry({
    action: retryOfId === null ? 'generation.create' : 'generation.retry',
    objectId: id,
  });
  const asked = { userId, apiKeyId: auditEntry.apiKeyId, retryOfId };
  const use = { kind: 'GENERATION', costUsd } as const;
  const accept = (reserve: Reserve) =>
    database.transaction(async (transaction) => {
      const [known, held] = await Promise.all([
        replayable === null ? undefined : claimKey(transaction, { replayable, generationId: id, at }),
        holdAsker(transaction, asked),
      ]);
      if (known !== undefined) return toReplay(known);
      await holdInputImages(transaction, inputs);
      // What is written goes with the COMMIT: no round trip lies between it and the lock of a counter, for which others wait.
      await queue.enqueueAtLast(transaction, [toRunJob(id, toPriority({ createdAt: at, waiting: held.waiting }))]);
      const subjects = findLimited(asker, quotaDefaults, held.own);
      const reservations = await reserve(transaction, { subjects, use, at });
      const row = { ...generation.row, retryOfId: held.retryOfId };
      transaction.atLast(toGenerationInsert({ ...generation, row }, { auditEntry, reservations }));
      if (inputs.length > 0) transaction.atLast(toInputsInsert(id, inputs));
      crashPoint('before-accept-commit');
      return { generationId: id, generation: row, replayed: false };
    });
  const acceptance = await withinQuota({ database, quotaDefaults }, { asker, use, at }, accept);
  if (acceptance.replayed) return acceptance;
  crashPoint('after-accept-commit');
  // Nobody can watch it yet: its id is not known to anyone.
  announce({ kind: 'work' });
  return acceptance;
}

function toReplay(generationId: string): Acceptance {
  return { generationId, generation: null, replayed: true };
}

export function toRunJob(generationId: string, priority: number) {
  return { name: 'run-generation', data: { generationId }, key: generationId, priority } as const;
}
