import type { ImageModel, NumberRange, SizeRule } from '../../src/domain/image-model.ts';

const columns: Readonly<Record<string, (model: ImageModel) => string>> = {
  model: ({ slug }) => `\`${slug}\``,
  size: ({ capabilities }) => toSize(capabilities.size),
  'pictures (a call)': ({ capabilities }) => `${capabilities.maxCount} (${capabilities.picturesPerCall})`,
  'input images': ({ capabilities }) => toInputs(capabilities),
  mask: ({ capabilities }) => toMark(capabilities.mask),
  'negative prompt': ({ capabilities }) => toMark(capabilities.negativePrompt),
  seed: ({ capabilities }) => toMark(capabilities.seed !== null),
  steps: ({ capabilities }) => toRange(capabilities.steps),
  guidance: ({ capabilities }) => toRange(capabilities.guidanceScale),
  strength: ({ capabilities }) => toRange(capabilities.strength),
  quality: ({ capabilities }) => capabilities.qualities?.join(', ') ?? '',
  formats: ({ capabilities }) => capabilities.outputFormats.join(', '),
  progress: ({ capabilities }) => capabilities.progressKind.toLowerCase().replace('_', ' '),
  'USD a picture': ({ priceUsd }) => priceUsd ?? '',
};

/** What the models that come along accept, as a page for people. */
export function toCapabilityPage(models: readonly ImageModel[]): string {
  const names = Object.keys(columns);
  const rows = models.map((model) => Object.values(columns).map((toCell) => toCell(model)));
  const lines = [names, names.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `# What the models accept

Printed from the models' definitions by \`npm test -- capabilities --update\`. \`MODELS_FILE\` changes them, and \`models\` of the API tells
what holds for a server. A range is followed by what is applied when a request names nothing.

${lines.join('\n')}
`;
}

function toSize(size: SizeRule): string {
  if (size.kind === 'listed') return size.sizes.map(({ width, height }) => `${width}x${height}`).join(', ');
  if (size.kind === 'ratio') {
    return `${size.aspectRatios.length} ratios in ${size.resolutions.map(({ name }) => name).join(', ')}`;
  }
  const { width, height, multipleOf } = size;
  const grid = multipleOf === 1 ? '' : `, steps of ${multipleOf}`;
  return `${width.min} to ${width.max}${grid}; ${width.default}x${height.default}`;
}

function toInputs({ inputImages: { min, max } }: ImageModel['capabilities']): string {
  if (max === 0) return '';
  return min === max ? String(max) : `${min} to ${max}`;
}

function toRange(range: NumberRange | null): string {
  if (range === null) return '';
  return range.default === null ? `${range.min} to ${range.max}` : `${range.min} to ${range.max}; ${range.default}`;
}

function toMark(has: boolean): string {
  return has ? 'yes' : '';
}
