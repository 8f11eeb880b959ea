import { additions } from './builtin-rules.ts';
import type { PromptEnhancer } from './prompt-enhancer.ts';

const maxAdditions = 3;

/**
 * Rules instead of a model: works offline and costs nothing. Adds what good prompts tell and this one does not, such as light or
 * composition, after the words as they were given. The same prompt always gets the same words.
 */
export function createBuiltinEnhancer(): PromptEnhancer {
  return {
    provider: 'builtin',
    writtenBy: 'builtin/rules',
    async enhance({ prompt, signal }) {
      signal.throwIfAborted();
      return { text: addMissing(prompt), costUsd: '0' };
    },
  };
}

function addMissing(prompt: string): string {
  const text = prompt.trim().replace(/[.,;\s]+$/, '');
  const missing = additions.filter(({ when, unless }) => when.test(text) && !unless.test(text));
  return [text, ...missing.slice(0, maxAdditions).map(({ words }) => words)].join(', ');
}
