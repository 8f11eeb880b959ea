import { access, constants, mkdir, stat, writeFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { CliError } from './cli-error.ts';
import type { Image } from './schema-types.ts';

/** Where the pictures of one run go. */
export interface PictureFiles {
  /** Writes a new file and resolves to its path. An existing file is left alone: the name gets a number. */
  save(image: Image, bytes: Uint8Array): Promise<string>;
}

export interface PictureFilesOptions {
  /** A file; a folder where it is one or ends with a slash; undefined for the working directory. */
  readonly output: string | undefined;
  readonly prompt: string;
  readonly count: number;
}

const slugLength = 35;
const extensions: Readonly<Record<string, string>> = {
  'image/png': '.png',
  'image/webp': '.webp',
  'image/jpeg': '.jpg',
};

/** Makes the folder where it is missing. Throws `CliError` when nothing can be written there, before anything is paid. */
export async function preparePictureFiles({ output, prompt, count }: PictureFilesOptions): Promise<PictureFiles> {
  const { folder, file } = await findPlace(output ?? '');
  await prepareFolder(folder || '.');
  let saved = 0;
  return {
    async save(image, bytes) {
      saved++;
      const name = file === '' ? nameOf(image, prompt) : count > 1 ? addNumber(file, saved) : file;
      return saveNew(join(folder, name), bytes);
    },
  };
}

async function findPlace(output: string): Promise<{ readonly folder: string; readonly file: string }> {
  const isFolder = output === '' || /[\\/]$/.test(output) || (await isDirectory(output));
  if (isFolder) return { folder: output, file: '' };
  const { dir: folder, base: file } = parse(output);
  return { folder, file };
}

async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}

async function prepareFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw new CliError(`Nothing can be written to ${folder}: ${(cause as Error).message}`, { cause });
  }
}

function nameOf({ seed, mediaType }: Image, prompt: string): string {
  const words = ['darkroom', toSlug(prompt), toSlug(seed ?? '')].filter((word) => word !== '');
  return `${words.join('-')}${extensions[mediaType] ?? ''}`;
}

/** The first whole words, of any script, without accents. */
function toSlug(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase();
  const [first = '', ...words] = plain.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  let slug = first.slice(0, slugLength);
  for (const word of words) {
    if (slug.length + 1 + word.length > slugLength) break;
    slug = `${slug}-${word}`;
  }
  return slug;
}

async function saveNew(path: string, bytes: Uint8Array): Promise<string> {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? path : addNumber(path, number);
    try {
      await writeFile(candidate, bytes, { flag: 'wx' });
      return candidate;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw new CliError(`${candidate} cannot be written: ${(cause as Error).message}`, { cause });
    }
  }
}

function addNumber(path: string, number: number): string {
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}-${number}${ext}`);
}
