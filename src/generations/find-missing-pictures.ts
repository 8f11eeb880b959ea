import { seedOfPicture } from '../domain/generation-request.ts';
import { generationPrefix, type NamedOutput, toNamedOutput } from '../storage/blob-names.ts';
import type { GenerationRun } from './generation-run.ts';
import { storePicture } from './store-picture.ts';

/**
 * The positions whose pictures are still to be made. Whoever takes over looks into the storage first: a picture whose bytes
 * were stored before its row was written gets its row, and is not made again.
 */
export async function findMissingPictures(run: GenerationRun): Promise<readonly number[]> {
  const { options, storedPositions, takenOver } = run.generation;
  const positions = Array.from({ length: options.count }, (_, position) => position);
  const missing = positions.filter((position) => !storedPositions.includes(position));
  if (!takenOver || missing.length === 0) return missing;
  const outputs = await findOutputs(run);
  for (const position of missing) {
    const output = outputs.get(position);
    if (output !== undefined) await recover(run, output);
  }
  return missing.filter((position) => !outputs.has(position));
}

interface Output extends NamedOutput {
  readonly name: string;
}

async function findOutputs({
  images,
  generation,
  signal: patience,
}: GenerationRun): Promise<ReadonlyMap<number, Output>> {
  const blobs = await images.list(generationPrefix(generation.id), { patience });
  const outputs = blobs.map(({ name }) => ({ name, output: toNamedOutput(name) }));
  return new Map(
    outputs.flatMap(({ name, output }) =>
      output?.variant === 'ORIGINAL' ? [[output.position, { ...output, name }] as const] : [],
    ),
  );
}

async function recover(run: GenerationRun, { name, attempt, position }: Output): Promise<void> {
  const { generation, catalogue, images, signal: patience } = run;
  const capabilities = catalogue.find(generation.modelSlug)?.capabilities;
  const seed = capabilities === undefined ? null : seedOfPicture(generation.options.seed, position, capabilities);
  const bytes = await images.read(name, { patience });
  if (bytes !== undefined) await storePicture(run, { attempt, position, bytes, seed });
}
