import { CliError, UsageError } from './cli-error.ts';
import type { GenerateImageResult } from './schema-types.ts';

const flags: Readonly<Record<string, string>> = {
  negativePrompt: '--negative',
  model: '--model',
  size: '--size',
  steps: '--steps',
  guidanceScale: '--guidance',
  inputImages: '--input',
  mask: '--mask',
  strength: '--strength',
  enhancePrompt: '--enhance',
  seed: '--seed',
  count: '--count',
  style: '--style',
  outputFormat: '--format',
};

/** Puts the flag before what the server says about a field of its input. */
export function nameFlag(field: string | undefined, message: string): string {
  const flag = flags[field ?? ''];
  return flag === undefined ? message : `${flag}: ${message}`;
}

/** Why there is no generation. What the person typed is a usage error. */
export function toRefusal(result: GenerateImageResult): CliError {
  const { __typename, message = '', path = [], issues = [], available = [] } = result;
  switch (__typename) {
    case 'InvalidInput':
      return new UsageError(issues.map(({ path, message: words }) => nameFlag(path[1], words)).join('\n'));
    case 'UnknownModel':
      return new UsageError(
        `${nameFlag('model', message)} There are: ${available.map(({ slug }) => slug).join(', ')}.`,
      );
    case 'InputImageUnusable':
      return new UsageError(nameFlag(path[0], `${message}${toOrdinal(path[1])}`));
    default:
      return new CliError(message);
  }
}

/** Which of several, as people count. */
function toOrdinal(index: string | undefined): string {
  return index === undefined ? '' : ` (image ${Number(index) + 1})`;
}
