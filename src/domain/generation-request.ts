import type { ImageFormat } from './image-format.ts';
import type { Capabilities } from './image-model.ts';
import { applySize, type RequestedSize } from './image-size.ts';
import { type InputIssue, InvalidInput } from './user-errors.ts';

const maxPromptCharacters = 10_000;

/** What a client asks for, as it was given. Stored as JSON in the generation's row. */
export interface GenerationRequest {
  readonly prompt: string;
  readonly negativePrompt: string | null;
  /** A slug; null for the configured default model. */
  readonly model: string | null;
  readonly count: number;
  readonly size: RequestedSize | null;
  readonly steps: number | null;
  readonly seed: string | null;
  readonly style: string | null;
  readonly outputFormat: ImageFormat | null;
}

/** What is applied. Stored as JSON in the generation's row. */
export interface GenerationOptions {
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly aspectRatio: string | null;
  readonly steps: number | null;
  /** Of picture 0; picture n uses seed + n. Null where the model takes none. */
  readonly seed: number | null;
  readonly style: string | null;
  readonly outputFormat: ImageFormat;
}

export interface OptionWarning {
  readonly option: string;
  readonly message: string;
}

export interface AppliedRequest {
  readonly options: GenerationOptions;
  readonly warnings: readonly OptionWarning[];
}

/**
 * Holds a request against what the model accepts. What the model lacks becomes a warning.
 * Throws `InvalidInput` with every issue at once for what is out of range.
 */
export function applyRequest(
  request: GenerationRequest,
  capabilities: Capabilities,
  randomSeed: (max: number) => number,
): AppliedRequest {
  const check = createCheck();
  checkText(check, 'prompt', request.prompt);
  if (request.prompt.trim() === '') check.refuse(['prompt'], 'The prompt is empty.');
  const options = {
    count: applyCount(check, request.count, capabilities),
    ...applySizeOption(check, request.size, capabilities),
    steps: applySteps(check, request.steps, capabilities),
    seed: applySeed(check, request.seed, capabilities, randomSeed),
    style: applyStyle(check, request.style, capabilities),
    outputFormat: applyOutputFormat(check, request.outputFormat, capabilities),
  };
  if (request.negativePrompt !== null) applyNegativePrompt(check, request.negativePrompt, capabilities);
  if (check.issues.length > 0) throw new InvalidInput(check.issues);
  return { options, warnings: check.warnings };
}

interface Check {
  readonly issues: InputIssue[];
  readonly warnings: OptionWarning[];
  refuse(path: readonly string[], message: string): void;
  warn(option: string, message: string): void;
}

function createCheck(): Check {
  const issues: InputIssue[] = [];
  const warnings: OptionWarning[] = [];
  return {
    issues,
    warnings,
    refuse: (path, message) => void issues.push({ path: ['input', ...path], message }),
    warn: (option, message) => void warnings.push({ option, message }),
  };
}

function checkText(check: Check, option: string, text: string): void {
  // Counted as people count: an emoji outside the basic plane is one character.
  if (text.length > maxPromptCharacters && [...text].length > maxPromptCharacters) {
    check.refuse([option], `At most ${maxPromptCharacters} characters are taken here.`);
  }
  if (!text.isWellFormed()) check.refuse([option], 'The text holds half of a surrogate pair, which is no character.');
  if (text.includes('\0')) check.refuse([option], 'The text holds a NUL character.');
}

function applyCount(check: Check, count: number, { maxCount }: Capabilities): number {
  if (count < 1 || count > maxCount) check.refuse(['count'], `The model makes 1 to ${maxCount} pictures at a time.`);
  return count;
}

function applySizeOption(check: Check, size: RequestedSize | null, capabilities: Capabilities) {
  const outcome = applySize(size, capabilities);
  if ('size' in outcome) return outcome.size;
  for (const { path, message } of outcome.issues) check.refuse(['size', ...path], message);
  return { width: 0, height: 0, aspectRatio: null };
}

function applySteps(check: Check, steps: number | null, capabilities: Capabilities): number | null {
  if (capabilities.steps === null) {
    if (steps !== null) check.warn('steps', 'The model has no number of steps.');
    return null;
  }
  const { min, max, default: usual } = capabilities.steps;
  if (steps !== null && (steps < min || steps > max)) check.refuse(['steps'], `Steps must be ${min} to ${max}.`);
  return steps ?? usual;
}

function applySeed(
  check: Check,
  seed: string | null,
  capabilities: Capabilities,
  randomSeed: (max: number) => number,
): number | null {
  if (capabilities.seed === null) {
    if (seed === null) return null;
    checkText(check, 'seed', seed);
    check.warn('seed', 'The model takes no seed.');
    return null;
  }
  const { max } = capabilities.seed;
  if (seed === null || seed === '-1') return randomSeed(max);
  if (!/^\d{1,16}$/.test(seed) || Number(seed) > max) {
    check.refuse(['seed'], `A seed is a whole number from 0 to ${max}, or -1 for a random one.`);
  }
  return Number(seed);
}

function applyStyle(check: Check, style: string | null, { styles }: Capabilities): string | null {
  if (style === null) return null;
  if (styles === null) {
    checkText(check, 'style', style);
    check.warn('style', 'The model has no styles. Describe the style in the prompt.');
    return null;
  }
  if (!styles.includes(style)) check.refuse(['style'], `The model knows these styles: ${styles.join(', ')}.`);
  return style;
}

function applyOutputFormat(check: Check, format: ImageFormat | null, { outputFormats }: Capabilities): ImageFormat {
  if (format === null) return outputFormats[0];
  if (!outputFormats.includes(format)) {
    check.refuse(['outputFormat'], `The model gives these formats: ${outputFormats.join(', ')}.`);
  }
  return format;
}

function applyNegativePrompt(check: Check, text: string, capabilities: Capabilities): void {
  checkText(check, 'negativePrompt', text);
  if (!capabilities.negativePrompt) check.warn('negativePrompt', 'The model takes no negative prompt.');
}

/** The seed of one picture. Seeds count on from the last one to 0. */
export function seedOfPicture(seed: number | null, position: number, capabilities: Capabilities): number | null {
  if (seed === null || capabilities.seed === null) return null;
  return (seed + position) % (capabilities.seed.max + 1);
}
