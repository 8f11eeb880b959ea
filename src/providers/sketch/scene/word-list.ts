import { readWords } from './read-words.ts';
import { type Category, type Known, vocabulary } from './vocabulary.ts';

export interface SceneWish {
  readonly prompt: string;
  readonly negativePrompt: string | null;
  /** Wins over style words in the prompt. */
  readonly style: string | null;
  readonly seed: number;
}

/** What a wish asks for and what it refuses. */
export interface WordList {
  has(thing: Known): boolean;
  refuses(thing: Known): boolean;
  /** Neither asked for nor refused: chance may add it. */
  leavesOpen(thing: Known): boolean;
  first<Of extends Category>(category: Of): Known<Of> | null;
  all<Of extends Category>(category: Of): readonly Known<Of>[];
}

export function createWordList({ prompt, negativePrompt, style }: SceneWish): WordList {
  const { wanted, unwanted } = readWords(prompt, negativePrompt);
  const asked = new Set<Known>(wanted);
  const isOf = <Of extends Category>(thing: string, category: Of): thing is Known<Of> =>
    Object.hasOwn(vocabulary[category], thing);
  const all = <Of extends Category>(category: Of) => wanted.filter((thing) => isOf(thing, category)) as Known<Of>[];
  return {
    has: (thing) => asked.has(thing),
    refuses: (thing) => unwanted.has(thing),
    leavesOpen: (thing) => !asked.has(thing) && !unwanted.has(thing),
    first<Of extends Category>(category: Of) {
      if (category === 'style' && style !== null && isOf(style, category)) return style;
      return all(category)[0] ?? null;
    },
    all,
  };
}
