import type { Database } from '../database/database.ts';
import type { Clock } from '../domain/clock.ts';
import type { Downloader } from '../network/download.ts';
import type { PictureLab } from '../pictures/picture-lab.ts';
import type { ImageStore } from '../storage/image-store.ts';

/** What the verbs of this folder are made of. Each names the part that it uses. */
export interface InputDependencies {
  readonly database: Database;
  readonly images: ImageStore;
  readonly lab: PictureLab;
  /** For URLs that users chose, so without trusted origins. Undefined where none are fetched. */
  readonly downloader: Downloader | undefined;
  /** The blob that a path on this server leads to, where it delivers pictures itself. Undefined for a path that it has not signed. */
  readonly findFile?: (path: string) => { readonly name: string } | undefined;
  readonly clock: Clock;
  /** A new UUIDv7. */
  readonly createId: () => string;
}
