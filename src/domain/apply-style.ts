import { applyNumber } from './apply-option.ts';
import type { GenerationRequest } from './generation-request.ts';
import type { Capabilities } from './image-model.ts';
import { checkText, type RequestCheck } from './request-check.ts';

export interface AppliedStyle {
  readonly style: string | null;
  readonly styleIntensity: number | null;
  /** The prompt, with the style in words where the model has no such option. */
  readonly wording: string;
}

type Given = Pick<GenerationRequest, 'prompt' | 'style' | 'styleIntensity'>;

/** Where the style is told in words. */
const inWords = { min: 0, max: 1, default: null } as const;

export function applyStyle(
  check: RequestCheck,
  { prompt, style, styleIntensity }: Given,
  capabilities: Capabilities,
): AppliedStyle {
  if (style === null) {
    if (styleIntensity !== null) check.warn('styleIntensity', 'There is no style to be more or less of.');
    return { style: null, styleIntensity: null, wording: prompt };
  }
  if (capabilities.styles === null) {
    checkText(check, 'style', style);
    const intensity = applyNumber(check, {
      option: 'styleIntensity',
      given: styleIntensity,
      range: inWords,
      whole: false,
    });
    return { style, styleIntensity: intensity, wording: inStyle({ prompt, style }, intensity) };
  }
  if (!capabilities.styles.includes(style)) {
    check.refuse(['style'], `The model knows these styles: ${capabilities.styles.join(', ')}.`);
  }
  const range = capabilities.styleIntensity;
  const intensity = applyNumber(check, { option: 'styleIntensity', given: styleIntensity, range, whole: false });
  return { style, styleIntensity: intensity, wording: prompt };
}

function inStyle(
  { prompt, style }: { readonly prompt: string; readonly style: string },
  intensity: number | null,
): string {
  if (style.trim() === '') return prompt;
  if (intensity !== null && intensity < 1 / 3) return `${prompt}, with a touch of ${style} style`;
  if (intensity !== null && intensity > 2 / 3) return `${prompt}, in a very pronounced ${style} style`;
  return `${prompt}, in ${style} style`;
}
