import { parseArgs } from 'node:util';
import { UsageError } from './cli-error.ts';
import type { GenerateImageInput, ImageFormat } from './schema-types.ts';

export interface GenerateCommand {
  readonly input: GenerateImageInput;
  /** What to start from: paths of files, or URLs. */
  readonly inputImages: readonly string[];
  readonly mask: string | undefined;
  /** A file or a folder; undefined for a name made from the prompt. */
  readonly output: string | undefined;
  /** Of a server that must be running. */
  readonly url: string | undefined;
  readonly json: boolean;
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;

const options = {
  model: text,
  negative: text,
  size: text,
  steps: text,
  guidance: text,
  seed: text,
  input: { type: 'string', multiple: true, default: [] as string[] },
  mask: text,
  strength: text,
  enhance: flag,
  count: text,
  style: text,
  format: text,
  output: text,
  url: text,
  json: flag,
  help: flag,
} as const;

/** Throws `UsageError`. What only the server can know is left to it. */
export function parseArguments(args: readonly string[]): GenerateCommand | 'help' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  // Words that were not quoted arrive one by one.
  const prompt = positionals.join(' ');
  if (prompt.trim() === '') throw new UsageError('Say what to show.');
  const { model, negative, size, steps, seed, count, style, output, url, json, mask } = values;
  if (output === '') throw new UsageError('--output takes the path of a file or a folder.');
  const format = values.format === undefined ? formatOf(output) : parseFormat(values.format);
  const input = withoutUndefined({
    prompt,
    model,
    negativePrompt: negative,
    size: size === undefined ? undefined : parseSize(size),
    steps: steps === undefined ? undefined : parseWholeNumber('steps', steps),
    guidanceScale: values.guidance === undefined ? undefined : parseNumber('guidance', values.guidance),
    seed: seed === undefined ? undefined : parseSeed(seed),
    strength: values.strength === undefined ? undefined : parseNumber('strength', values.strength),
    enhancePrompt: values.enhance ? true : undefined,
    count: count === undefined ? undefined : parseWholeNumber('count', count),
    style,
    outputFormat: format,
  });
  return { input, inputImages: values.input, mask, output, url: url === undefined ? undefined : parseUrl(url), json };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    const { message, code } = cause as NodeJS.ErrnoException;
    // Node goes on with how to pass it as a positional, which nobody wants here.
    const words = code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? `${message.split('. ')[0]}.` : message;
    throw new UsageError(words, { cause });
  }
}

function parseSize(size: string): GenerateImageInput['size'] {
  if (/^\d+:\d+$/.test(size)) return { aspectRatio: size };
  const pixels = /^(\d{1,9})[x×](\d{1,9})$/i.exec(size);
  if (pixels === null) throw new UsageError(`--size takes a ratio or pixels, like 16:9 or 1024x768, not “${size}”.`);
  return { pixels: { width: Number(pixels[1]), height: Number(pixels[2]) } };
}

/** Of nine digits at most, which is within GraphQL's Int. */
function parseWholeNumber(name: string, value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new UsageError(`--${name} takes a whole number, not “${value}”.`);
}

function parseNumber(name: string, value: string): number {
  if (/^\d{1,9}(\.\d{1,9})?$/.test(value)) return Number(value);
  throw new UsageError(`--${name} takes a number, not “${value}”.`);
}

function parseSeed(value: string): string {
  if (/^(-1|\d+)$/.test(value)) return value;
  throw new UsageError(`--seed takes a whole number, or -1 for a random one, not “${value}”.`);
}

const formats = new Map<string, ImageFormat>([
  ['png', 'PNG'],
  ['webp', 'WEBP'],
  ['jpeg', 'JPEG'],
  ['jpg', 'JPEG'],
]);

function parseFormat(value: string): ImageFormat {
  const format = formats.get(value.toLowerCase());
  if (format === undefined) throw new UsageError(`--format takes png, webp or jpeg, not “${value}”.`);
  return format;
}

/** Whoever asks for `sunset.jpg` means a JPEG. */
function formatOf(output: string | undefined): ImageFormat | undefined {
  const extension = /\.(\w+)$/.exec(output ?? '')?.[1];
  return formats.get(extension?.toLowerCase() ?? '');
}

function parseUrl(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`--url takes an address like http://127.0.0.1:4000, not “${value}”.`);
  }
  return `${url.origin}${url.pathname}`.replace(/(\/graphql)?\/*$/, '');
}

type WithoutUndefined<Shape> = { [Key in keyof Shape]: Exclude<Shape[Key], undefined> };

/** What was not given is not sent, so that the server's defaults hold. */
function withoutUndefined<Shape extends object>(shape: Shape): WithoutUndefined<Shape> {
  return Object.fromEntries(
    Object.entries(shape).filter(([, value]) => value !== undefined),
  ) as WithoutUndefined<Shape>;
}
