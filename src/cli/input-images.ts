import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { GenerateCommand } from './arguments.ts';
import { CliError, UsageError } from './cli-error.ts';
import type { GenerateImageInput, ImageSource } from './schema-types.ts';

/** What to ask for, and the files that go with it. */
export interface GenerateRequest {
  readonly input: GenerateImageInput;
  readonly files: readonly InputFile[];
}

export interface InputFile {
  /** Its place among the variables, for example `variables.input.mask.file`. */
  readonly place: string;
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

interface Source {
  readonly source: ImageSource;
  readonly files: readonly InputFile[];
}

/** Reads the files that were named. Throws `UsageError` for one that is not there, and `CliError` for one that cannot be read. */
export async function readInputImages(command: GenerateCommand): Promise<GenerateRequest> {
  const { input, inputImages, mask } = command;
  const references = await Promise.all(
    inputImages.map((text, index) => readSource(text, `variables.input.inputImages.${index}.file`)),
  );
  const masks = mask === undefined ? [] : [await readSource(mask, 'variables.input.mask.file')];
  const [maskSource] = masks;
  return {
    input: {
      ...input,
      ...(references.length === 0 ? {} : { inputImages: references.map(({ source }) => source) }),
      ...(maskSource === undefined ? {} : { mask: maskSource.source }),
    },
    files: [...references, ...masks].flatMap(({ files }) => files),
  };
}

async function readSource(text: string, place: string): Promise<Source> {
  if (/^https?:\/\//i.test(text)) return { source: { url: text }, files: [] };
  const bytes = await readFile(text).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') throw new UsageError(`There is no file “${text}”.`, { cause });
    throw new CliError(`The file “${text}” cannot be read.`, { cause });
  });
  return { source: { file: null }, files: [{ place, name: basename(text), bytes: new Uint8Array(bytes) }] };
}
