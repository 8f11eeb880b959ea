import { NIL } from 'uuid';
import type { Database } from './database.ts';

/**
 * Prisma loads its query compiler with the first query, and that takes the event loop 0.2 s of processor time: more than a lock may
 * be held. So a process makes that query before anyone is answered.
 */
export async function warmUp({ prisma }: Pick<Database, 'prisma'>): Promise<void> {
  await prisma.generation.findUnique({ where: { id: NIL } });
}
