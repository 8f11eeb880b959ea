import type { Audit } from '../database/audit.ts';
import { InputImageUnusable } from '../domain/user-errors.ts';
import { acceptInput, checkSize } from './accept-input.ts';
import type { InputDependencies } from './dependencies.ts';
import type { Upload } from './image-source.ts';
import { InputUnusable } from './input-unusable.ts';

type Dependencies = Pick<InputDependencies, 'database' | 'images' | 'lab' | 'clock' | 'createId'>;

/** Stores an image that came as a file. Throws `InputImageUnusable` and `StorageError`. */
export async function uploadImage(
  dependencies: Dependencies,
  { userId, upload, audit }: { readonly userId: string; readonly upload: Upload; readonly audit: Audit },
): Promise<{ readonly imageId: string; readonly replayed: boolean }> {
  try {
    checkSize(upload.sizeBytes);
    const { image, replayed } = await acceptInput(dependencies, { userId, picture: await upload.read(), audit });
    return { imageId: image.id, replayed };
  } catch (error) {
    if (!(error instanceof InputUnusable)) throw error;
    throw new InputImageUnusable(error.message, ['file']);
  }
}
