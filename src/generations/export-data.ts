import { exportedTables, readExportedRows } from '../database/exported-rows.ts';
import { findPicturesAfter, type StoredPicture } from '../database/find-belongings.ts';
import { findExport, finishExport } from '../database/user-exports.ts';
import { crashPoint } from '../domain/crash-point.ts';
import { createDeadline } from '../network/deadline.ts';
import { type ExportBlob, exportFileName, exportName } from '../storage/blob-names.ts';
import { archiveMediaType, writeZip, type ZipEntry } from '../storage/zip-archive.ts';
import type { GenerationDependencies } from './dependencies.ts';

type Dependencies = Pick<GenerationDependencies, 'database' | 'images' | 'clock'>;

export interface ExportOrder extends ExportBlob {
  /** Aborts when the process must let go. */
  readonly stop: AbortSignal;
}

const picturePage = 200;
const nobody = '00000000-0000-0000-0000-000000000000';
/** A storage that falls silent in the middle of a picture is left. The largest picture has 64 MB. */
const pictureMilliseconds = 15 * 60_000;

/**
 * Makes the archive of an export. Wherever it is cut off, the next one finds it whole or starts anew; where nobody wants it any
 * more, nothing of it stays. Throws `StorageError`.
 */
export async function exportData(dependencies: Dependencies, order: ExportOrder): Promise<void> {
  const { database, images, clock } = dependencies;
  const { exportId, stop: signal } = order;
  const name = exportName(order);
  const moment = () => ({ exportId, at: new Date(clock.now()) });
  const wanted = await findExport(database.background, moment());
  if (wanted === undefined) return images.remove([name]);
  if (wanted.finishedAt !== null) return;
  if ((await images.find(name, { signal })) === undefined) {
    const bytes = writeZip(toEntries(dependencies, { ...order, at: wanted.createdAt }));
    await images.putStream({ name, bytes, mediaType: archiveMediaType, fileName: exportFileName, signal });
    crashPoint('after-export-archive');
  }
  // It may have been taken back meanwhile, and the archive come after all others were removed.
  if (!(await finishExport(database.background, moment()))) await images.remove([name]);
}

interface Source extends ExportOrder {
  readonly at: Date;
}

async function* toEntries(dependencies: Dependencies, source: Source): AsyncGenerator<ZipEntry> {
  const { database } = dependencies;
  const { userId, at } = source;
  for (const table of exportedTables) {
    const pages = readExportedRows(database.background, { table, userId });
    yield { name: `${table.name}.jsonl`, at, bytes: toLines(pages) };
  }
  const missing: string[] = [];
  for await (const picture of readPictures(dependencies, userId)) {
    crashPoint('mid-export');
    yield* toPictureEntry(dependencies, { picture, missing, stop: source.stop });
  }
  if (missing.length > 0) yield { name: 'missing-pictures.txt', at, bytes: [Buffer.from(`${missing.join('\n')}\n`)] };
}

async function* toLines(pages: AsyncIterable<readonly string[]>): AsyncGenerator<Uint8Array> {
  for await (const lines of pages) yield Buffer.from(`${lines.join('\n')}\n`);
}

async function* readPictures({ database }: Dependencies, userId: string): AsyncGenerator<StoredPicture> {
  let after: string | undefined = nobody;
  while (after !== undefined) {
    const page: readonly StoredPicture[] = await findPicturesAfter(database.background, {
      userId,
      after,
      limit: picturePage,
    });
    yield* page;
    after = page.at(-1)?.id;
  }
}

interface PictureSource extends Pick<ExportOrder, 'stop'> {
  readonly picture: StoredPicture;
  /** The ids of those that the storage does not have. */
  readonly missing: string[];
}

/** The original as it is stored. */
async function* toPictureEntry(
  { images }: Dependencies,
  { picture, missing, stop }: PictureSource,
): AsyncGenerator<ZipEntry> {
  const { id, blobName, mediaType, sizeBytes, createdAt } = picture;
  using deadline = createDeadline(pictureMilliseconds, stop);
  const bytes = await images.stream(blobName, { offset: 0, count: sizeBytes, signal: deadline.signal });
  if (bytes === undefined) return void missing.push(id);
  try {
    yield { name: `pictures/${id}.${mediaType.replace(/^.*\//, '')}`, at: createdAt, bytes };
  } finally {
    bytes.destroy();
  }
}
