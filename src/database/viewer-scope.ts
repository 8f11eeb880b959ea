import type { Prisma, PrismaClient } from './generated/client.ts';

const reads = new Set(['findUnique', 'findUniqueOrThrow', 'findFirst', 'findFirstOrThrow', 'findMany', 'count']);

/** What makes a row of each table the viewer's. */
const ownership: Record<Prisma.ModelName, (userId: string) => object> = {
  User: (userId) => ({ id: userId }),
  Generation: (userId) => ({ userId }),
  Image: (userId) => ({ userId }),
  IdempotencyKey: (userId) => ({ userId }),
  ApiKey: (userId) => ({ userId }),
  QuotaCounter: (userId) => ({ userId }),
  QuotaLedger: (userId) => ({ userId }),
  Export: (userId) => ({ userId }),
  Prompt: ofGeneration,
  GenerationTick: ofGeneration,
  GenerationInput: ofGeneration,
  Attempt: ofGeneration,
  GenerationEvent: ofGeneration,
  // Of no user: they are read by statements of their own.
  ProviderHealth: () => ({ provider: { in: [] } }),
  PeriodicTask: () => ({ name: { in: [] } }),
  RateLimit: () => ({ key: { in: [] } }),
  AuditEntry: () => ({ id: { in: [] } }),
};

/** What an administrator reads of everybody. All else, keys above all, stays its owner's. */
const readByAdministrators: ReadonlySet<Prisma.ModelName> = new Set([
  'User',
  'Generation',
  'Image',
  'Prompt',
  'GenerationTick',
  'GenerationInput',
  'Attempt',
  'GenerationEvent',
]);

function ofGeneration(userId: string): object {
  return { generation: { userId } };
}

interface ReadArguments {
  readonly where?: object;
}

function scopeReads(prisma: PrismaClient, scopeOf: (model: Prisma.ModelName) => object) {
  return prisma.$extends({
    query: {
      $allModels: {
        $allOperations({ model, operation, args, query }) {
          if (!reads.has(operation)) throw new Error(`A viewer's client does not ${operation}.`);
          const { where } = args as ReadArguments;
          return query({ ...args, where: { ...where, AND: [scopeOf(model), ...toList(where)] } } as never);
        },
      },
    },
  });
}

/** A condition of one's own on the same level stays, also where it is an AND itself. */
function toList(where: object | undefined): readonly object[] {
  const own = (where as { readonly AND?: object | readonly object[] } | undefined)?.AND;
  return own === undefined ? [] : [own].flat();
}

/** A client that reads what a viewer may read and nothing else, and writes nothing: ownership is decided here. */
export type ViewerDatabase = ReturnType<typeof scopeReads>;

export interface ViewerScopes {
  /** Reads what is this user's, nothing else. */
  readonly forViewer: (userId: string) => ViewerDatabase;
  /** Reads what is anybody's, in the name of this user. */
  readonly forAdministrator: (userId: string) => ViewerDatabase;
}

const maxKept = 1_000;

export function createViewerScopes(prisma: PrismaClient): ViewerScopes {
  return {
    forViewer: keepLast((userId) => scopeReads(prisma, (model) => ownership[model](userId))),
    forAdministrator: keepLast((userId) =>
      scopeReads(prisma, (model) => (readByAdministrators.has(model) ? {} : ownership[model](userId))),
    ),
  };
}

/** Keeps the clients of the viewers that came last: making one costs more than a short query. */
function keepLast(create: (userId: string) => ViewerDatabase): (userId: string) => ViewerDatabase {
  const kept = new Map<string, ViewerDatabase>();
  return (userId) => {
    const known = kept.get(userId);
    if (known !== undefined) return known;
    if (kept.size >= maxKept) kept.clear();
    const scoped = create(userId);
    kept.set(userId, scoped);
    return scoped;
  };
}
