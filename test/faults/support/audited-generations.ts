import type { Database } from '../../../src/database/database.ts';

export interface AuditedAttempt {
  readonly number: number;
  readonly kind: string;
  readonly provider: string;
  readonly providerRequestId: string | null;
  readonly outcome: string;
  readonly costUsd: number | null;
}

export interface AuditedImage {
  readonly position: number;
  readonly attemptNumber: number;
  readonly blobName: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

export interface AuditedEvent {
  readonly sequence: number;
  readonly type: string;
  readonly status: string;
  readonly at: Date;
}

/** What the tables hold of one generation. */
export interface AuditedGeneration {
  readonly id: string;
  readonly user: string;
  readonly prompt: string;
  readonly provider: string;
  readonly status: string;
  readonly lastSequence: number;
  readonly count: number;
  readonly failureCode: string | null;
  readonly costUsd: number | null;
  readonly events: readonly AuditedEvent[];
  readonly attempts: readonly AuditedAttempt[];
  readonly images: readonly AuditedImage[];
}

/** The history of a long run is more than one statement may take. */
const pageSize = 200;

export async function readGenerations({ prisma }: Database): Promise<readonly AuditedGeneration[]> {
  const generations: AuditedGeneration[] = [];
  let page: readonly AuditedGeneration[];
  do {
    page = await readPage(prisma, generations.at(-1)?.id);
    generations.push(...page);
  } while (page.length === pageSize);
  return generations;
}

async function readPage(
  prisma: Database['prisma'],
  afterId: string | undefined,
): Promise<readonly AuditedGeneration[]> {
  const found = await prisma.generation.findMany({
    where: afterId === undefined ? {} : { id: { gt: afterId } },
    include: {
      user: true,
      events: { orderBy: { sequence: 'asc' } },
      attempts: { orderBy: { number: 'asc' } },
      images: { orderBy: { position: 'asc' } },
    },
    orderBy: { id: 'asc' },
    take: pageSize,
  });
  return found.map(({ user, options, failure, costUsd, attempts, images, ...generation }) => ({
    ...generation,
    user: user.subject,
    count: Number((options as { count?: number }).count),
    failureCode: (failure as { code?: string } | null)?.code ?? null,
    costUsd: costUsd?.toNumber() ?? null,
    attempts: attempts.map((attempt) => ({ ...attempt, costUsd: attempt.costUsd?.toNumber() ?? null })),
    images: images.map((image) => ({
      ...image,
      position: image.position ?? -1,
      attemptNumber: image.attemptNumber ?? -1,
    })),
  }));
}
