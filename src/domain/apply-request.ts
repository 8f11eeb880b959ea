import { applyInputs } from './apply-inputs.ts';
import { applyChoice, applyNumber, applySeed } from './apply-option.ts';
import { applyStyle } from './apply-style.ts';
import type { AppliedRequest, GenerationRequest, RequestedInputs } from './generation-request.ts';
import type { ImageFormat } from './image-format.ts';
import type { Capabilities } from './image-model.ts';
import { type AppliedSize, applyShape, applySize } from './image-size.ts';
import { checkText, createRequestCheck, type RequestCheck } from './request-check.ts';
import { InvalidInput } from './user-errors.ts';

const maxDeadlineSeconds = 86_400;

export interface RequestToApply {
  readonly request: GenerationRequest;
  readonly inputs: RequestedInputs;
  /** Answers a whole number from 0 to `max`. */
  readonly randomSeed: (max: number) => number;
}

/**
 * Holds a request against what the model accepts. What the model lacks becomes a warning.
 * Throws `InvalidInput` with every issue at once for what is out of range.
 */
export function applyRequest(wish: RequestToApply, capabilities: Capabilities): AppliedRequest {
  const { request, inputs } = wish;
  const check = createRequestCheck();
  checkText(check, 'prompt', request.prompt);
  if (request.prompt.trim() === '') check.refuse(['prompt'], 'The prompt is empty.');
  applyInputs(check, inputs, capabilities);
  const { wording, ...style } = applyStyle(check, request, capabilities);
  const options = {
    count: applyCount(check, request.count, capabilities),
    ...applySizeOption(check, wish, capabilities),
    ...applyNumbers(check, wish, capabilities),
    ...style,
    seed: applySeed(check, { seed: request.seed, randomSeed: wish.randomSeed }, capabilities),
    quality: applyChoice(check, { option: 'quality', given: request.quality, choices: capabilities.qualities }),
    background: applyChoice(check, {
      option: 'background',
      given: request.background,
      choices: capabilities.backgrounds,
    }),
    outputFormat: applyOutputFormat(check, request.outputFormat, capabilities),
  };
  checkDeadline(check, request.deadlineSeconds);
  if (request.negativePrompt !== null) applyNegativePrompt(check, request.negativePrompt, capabilities);
  if (check.issues.length > 0) throw new InvalidInput(check.issues);
  return { options, warnings: check.warnings, wording };
}

function applyNumbers(check: RequestCheck, { request, inputs }: RequestToApply, capabilities: Capabilities) {
  const number = (option: 'steps' | 'guidanceScale' | 'compression' | 'strength', whole: boolean) =>
    applyNumber(check, { option, given: request[option], range: capabilities[option], whole });
  const strength = number('strength', false);
  if (inputs.images === 0 && request.strength !== null && capabilities.strength !== null) {
    check.warn('strength', 'There is no input image that a picture could be more or less like.');
  }
  return {
    steps: number('steps', true),
    guidanceScale: number('guidanceScale', false),
    compression: number('compression', true),
    strength: inputs.images === 0 ? null : strength,
  };
}

function applyCount(check: RequestCheck, count: number, { maxCount }: Capabilities): number {
  if (count < 1 || count > maxCount) check.refuse(['count'], `The model makes 1 to ${maxCount} pictures at a time.`);
  return count;
}

function applySizeOption(check: RequestCheck, wish: RequestToApply, { size: rule }: Capabilities): AppliedSize {
  const { request, inputs } = wish;
  if (request.size === null && inputs.size !== null) return applyShape(inputs.size, rule);
  const outcome = applySize(request.size, rule);
  if ('size' in outcome) {
    if (outcome.moved !== null) check.warn('size', outcome.moved);
    return outcome.size;
  }
  for (const { path, message } of outcome.issues) check.refuse(['size', ...path], message);
  return { width: null, height: null, aspectRatio: null, resolution: null };
}

function applyOutputFormat(
  check: RequestCheck,
  format: ImageFormat | null,
  { outputFormats }: Capabilities,
): ImageFormat {
  if (format === null) return outputFormats[0];
  if (!outputFormats.includes(format)) {
    check.refuse(['outputFormat'], `The model gives these formats: ${outputFormats.join(', ')}.`);
  }
  return format;
}

function checkDeadline(check: RequestCheck, seconds: number | null): void {
  if (seconds === null || (seconds >= 1 && seconds <= maxDeadlineSeconds)) return;
  check.refuse(['deadlineSeconds'], `A deadline is 1 to ${maxDeadlineSeconds} seconds.`);
}

function applyNegativePrompt(check: RequestCheck, text: string, capabilities: Capabilities): void {
  checkText(check, 'negativePrompt', text);
  if (!capabilities.negativePrompt) check.warn('negativePrompt', 'The model takes no negative prompt.');
}
