import { findOrphans } from '../database/find-orphans.ts';
import { insertLateImage } from '../database/insert-late-image.ts';
import { withVariants } from '../storage/blob-names.ts';
import type { GenerationRun } from './generation-run.ts';
import { type MadePicture, putPicture } from './store-picture.ts';

/**
 * Keeps a picture that comes when its generation has ended without this run: it is paid. False where it is not needed: then its
 * bytes go again, unless another run may still adopt them. Throws `UnusablePictureError` and `StorageError`.
 */
export async function keepLatePicture(run: GenerationRun, made: MadePicture): Promise<boolean> {
  const { generation, database, images, clock, log } = run;
  const row = await putPicture(run, made);
  const image = { ...row, generationId: generation.id, at: new Date(clock.now()) };
  const isKept = await insertLateImage(database.pool, image);
  if (!isKept) {
    const blob = { name: row.blobName, generationId: generation.id, ageMilliseconds: 0 };
    const orphans = await findOrphans(database.pool, [blob]);
    await images.remove(orphans.flatMap(withVariants));
  }
  const { attempt, position } = made;
  log.warn(
    { generationId: generation.id, attempt, position, isKept },
    'a picture came after its run had lost the generation',
  );
  return isKept;
}
