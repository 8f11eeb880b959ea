import { insertLateImage } from '../database/insert-late-image.ts';
import type { GenerationRun } from './generation-run.ts';
import { type MadePicture, putPicture } from './store-picture.ts';

/**
 * Keeps a picture that comes when its generation has ended without this run: it is paid. False where it is not needed. Throws
 * `UnusablePictureError` and `StorageError`.
 */
export async function keepLatePicture(run: GenerationRun, made: MadePicture): Promise<boolean> {
  const { generation, database, clock, log } = run;
  const row = await putPicture(run, made);
  const image = { ...row, generationId: generation.id, at: new Date(clock.now()) };
  const isKept = await insertLateImage(database.pool, image);
  const { attempt, position } = made;
  log.warn(
    { generationId: generation.id, attempt, position, isKept },
    'a picture came after its run had lost the generation',
  );
  return isKept;
}
