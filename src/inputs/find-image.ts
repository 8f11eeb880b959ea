import type { Prisma } from '../database/generated/client.ts';
import type { InputImage } from '../database/insert-input-image.ts';
import type { InputDependencies } from './dependencies.ts';

const columns = { id: true, blobName: true, mediaType: true, width: true, height: true, sizeBytes: true } as const;

export interface ImageQuestion {
  readonly userId: string;
  readonly where: Pick<Prisma.ImageWhereInput, 'id' | 'blobName' | 'sha256' | 'origin'>;
}

/** An image of this user, sent or made. */
export function findImage(
  { database }: Pick<InputDependencies, 'database'>,
  { userId, where }: ImageQuestion,
): Promise<InputImage | null> {
  return database.forViewer(userId).image.findFirst({ where, select: columns });
}
