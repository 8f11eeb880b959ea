import { claimPeriodicTask } from '../database/claim-periodic-task.ts';
import { findMissingBlobs } from '../database/find-missing-blobs.ts';
import { findOrphans, type OldBlob } from '../database/find-orphans.ts';
import { toOwner, withoutVariant, withVariants } from '../storage/blob-names.ts';
import type { ListedImage } from '../storage/image-store.ts';
import type { GenerationDependencies } from './dependencies.ts';
import { repeatEvery } from './repeat-every.ts';

type Dependencies = Pick<GenerationDependencies, 'database' | 'images' | 'log'>;

export interface SweepOptions {
  /** A younger blob is never touched: its row may be on its way. */
  readonly orphanAgeMilliseconds?: number;
  /** A younger row may have been written after its page was listed. */
  readonly rowAgeMilliseconds?: number;
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
}

export interface SweepResult {
  /** Pictures without a row whose blobs were removed. */
  readonly removed: number;
  /** Pictures without a row that were left: too many of them at once. */
  readonly spared: number;
  /** Rows whose blobs are missing. */
  readonly missing: number;
}

const hourMilliseconds = 3_600_000;
const defaults = {
  orphanAgeMilliseconds: 24 * hourMilliseconds,
  rowAgeMilliseconds: hourMilliseconds,
  pageSize: 1_000,
};
const sweepMilliseconds = hourMilliseconds;
/** How often a process asks whether it is due. */
const askMilliseconds = 10 * 60_000;
/** Crashes leave a few. Where more than this many are most of a page, it is the database that is the wrong one. */
const plausibleOrphans = 20;
const prefixes = ['g/', 'i/'];
/** After every character of a name of ours. */
const lastCharacter = '~';
const toldImages = 10;

/** Has one of all processes sweep about once an hour, until disposed. */
export function startBlobSweep(dependencies: Dependencies): AsyncDisposable {
  const stop = new AbortController();
  const work = async () => {
    const task = { name: 'sweep-blobs', everyMilliseconds: sweepMilliseconds };
    if (!(await claimPeriodicTask(dependencies.database.pool, task))) return;
    await sweepBlobs(dependencies, { signal: stop.signal });
  };
  const repetition = repeatEvery(askMilliseconds, work, dependencies.log);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort(new Error('The process stops.'));
      await repetition[Symbol.asyncDispose]();
    },
  };
}

/**
 * Removes blobs that no row stands for, and tells the log of rows whose blobs are missing. Walks through the storage page by page,
 * comparing each with the rows that belong there. Throws `StorageError`, and the signal's reason.
 */
export async function sweepBlobs(dependencies: Dependencies, options: SweepOptions = {}): Promise<SweepResult> {
  const limits = { ...defaults, ...options };
  const findings: Findings = { removed: 0, spared: 0, missing: 0, imageIds: [] };
  for (const prefix of prefixes) await sweepPrefix(dependencies, { prefix, limits, findings });
  report(dependencies, findings);
  const { removed, spared, missing } = findings;
  return { removed, spared, missing };
}

interface Findings {
  removed: number;
  spared: number;
  missing: number;
  /** Of the first whose blobs are missing. */
  imageIds: readonly string[];
}

interface Sweep {
  readonly prefix: string;
  readonly limits: typeof defaults & Pick<SweepOptions, 'signal'>;
  readonly findings: Findings;
}

async function sweepPrefix(dependencies: Dependencies, sweep: Sweep): Promise<void> {
  const { prefix, limits } = sweep;
  const { pageSize, signal } = limits;
  let after = prefix;
  for await (const page of dependencies.images.walk(prefix, { pageSize, signal })) {
    // Azure may answer a page without a blob and still have more.
    const upTo = page.at(-1)?.name ?? after;
    await removeOrphans(dependencies, sweep, page);
    await findMissing(dependencies, sweep, { after, upTo, page });
    after = upTo;
  }
  await findMissing(dependencies, sweep, { after, upTo: `${prefix}${lastCharacter}`, page: [] });
}

async function removeOrphans(
  { database, images }: Dependencies,
  { limits, findings }: Sweep,
  page: readonly ListedImage[],
): Promise<void> {
  const old = toPictures(page).filter(({ ageMilliseconds }) => ageMilliseconds >= limits.orphanAgeMilliseconds);
  const orphans = await findOrphans(database.pool, old);
  if (orphans.length > plausibleOrphans && orphans.length > old.length / 2) {
    findings.spared += orphans.length;
    return;
  }
  await images.remove(orphans.flatMap(withVariants));
  findings.removed += orphans.length;
}

/** The pictures that these blobs belong to, as old as their newest. What has no name of ours was put there by somebody else. */
function toPictures(page: readonly ListedImage[]): readonly OldBlob[] {
  const pictures = new Map<string, OldBlob>();
  for (const { name: blobName, ageMilliseconds } of page) {
    const name = withoutVariant(blobName);
    const owner = toOwner(name);
    if (owner === undefined) continue;
    const age = Math.min(ageMilliseconds, pictures.get(name)?.ageMilliseconds ?? ageMilliseconds);
    pictures.set(name, { name, ...owner, ageMilliseconds: age });
  }
  return [...pictures.values()];
}

interface Range {
  readonly after: string;
  readonly upTo: string;
  readonly page: readonly ListedImage[];
}

async function findMissing(
  { database }: Dependencies,
  { limits, findings }: Sweep,
  { after, upTo, page }: Range,
): Promise<void> {
  const { rowAgeMilliseconds } = limits;
  const present = page.map(({ name }) => name);
  const { count, imageIds } = await findMissingBlobs(database.pool, { after, upTo, present, rowAgeMilliseconds });
  findings.missing += count;
  findings.imageIds = [...findings.imageIds, ...imageIds].slice(0, toldImages);
}

function report({ log }: Dependencies, { removed, spared, missing, imageIds }: Findings): void {
  if (removed > 0) log.info({ removed }, 'pictures without a row were removed from the storage');
  if (missing > 0) log.warn({ missing, imageIds }, 'pictures are missing from the storage');
  if (spared > 0) {
    log.error(
      { spared },
      'most pictures in the storage have no row, and stay: is this the database that belongs to it?',
    );
  }
}
