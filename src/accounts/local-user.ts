import type { Database } from '../database/database.ts';
import type { Authenticate } from './viewer.ts';

type Dependencies = { readonly database: Database; readonly createId: () => string };

/** Until accounts exist, everybody who reaches the server is the same local user. The row is made on the first start. */
export async function createLocalAuthentication({ database, createId }: Dependencies): Promise<Authenticate> {
  const identity = { issuer: 'local', subject: 'local' };
  const user = await database.prisma.user.upsert({
    where: { issuer_subject: identity },
    create: { id: createId(), ...identity, name: 'Local user' },
    update: {},
  });
  const viewer = { id: user.id };
  return async () => viewer;
}
