import type { ImageModel } from '../domain/image-model.ts';
import { additions } from './builtin-rules.ts';
import { maxWordingCharacters } from './instructions.ts';
import type { PromptEnhancer } from './prompt-enhancer.ts';

const maxAdditions = 3;

/** The rules know English. Of other languages they notice those that are written in other letters. */
const otherLetters = /(?!\p{Script=Latin})\p{L}/u;

/** What is said to somebody who has the picture already. */
const change =
  /^(please )?(add|blend|change|colou?ri[sz]e|combine|convert|crop|delete|edit|erase|extend|fix|keep|merge|put|remove|replace|restore|swap|turn|use|(make|give) (it|this|the|her|him|them))\b/i;

/**
 * Rules instead of a model: works offline and costs nothing. Adds what good prompts tell and this one does not, such as light or
 * composition, after the words as they were given. The same prompt always gets the same words.
 */
export function createBuiltinEnhancer(): PromptEnhancer {
  return {
    provider: 'builtin',
    writtenBy: 'builtin/rules',
    async enhance({ prompt, model, signal }) {
      signal.throwIfAborted();
      return { text: isOutOfReach(prompt, model) ? prompt : addMissing(prompt), costUsd: '0' };
    },
  };
}

function isOutOfReach(prompt: string, { capabilities }: ImageModel): boolean {
  return otherLetters.test(prompt) || (capabilities.inputImages.max > 0 && change.test(prompt.trim()));
}

function addMissing(prompt: string): string {
  const missing = additions.filter(({ when, unless }) => when.test(prompt) && !unless.test(prompt));
  if (missing.length === 0) return prompt;
  const words = missing.slice(0, maxAdditions).map((addition) => addition.words);
  const text = append(prompt.trim(), words.join(', '));
  return [...text].length > maxWordingCharacters ? prompt : text;
}

/** Whole sentences are followed by one more. */
function append(prompt: string, words: string): string {
  if (!/[.!?]["”’)]?$/.test(prompt)) return `${prompt.replace(/(?<![,;:\s])[,;:\s]+$/, '')}, ${words}`;
  return `${prompt} ${words.slice(0, 1).toUpperCase()}${words.slice(1)}.`;
}
