import { denials, type Known, vocabulary } from './vocabulary.ts';

export interface WordsRead {
  /** In the order in which they were named, the first naming counts. */
  readonly wanted: readonly Known[];
  readonly unwanted: ReadonlySet<Known>;
}

const longestPhrase = 3;
const known = indexVocabulary();
const denying = new Set(['no', 'without', 'not', 'minus', 'except', 'never']);
/** How many unknown words may stand between a “no” and what it denies. */
const denialReach = 3;

/** Finds the words the painter knows. “no clouds” and “without trees” leave out. */
export function readWords(prompt: string, negativePrompt: string | null): WordsRead {
  const wanted = new Set<Known>();
  const unwanted = new Set<Known>();
  for (const clause of toClauses(prompt)) readClause(clause, wanted, unwanted);
  for (const clause of toClauses(negativePrompt ?? '')) readClause(clause, unwanted, new Set());
  return { wanted: [...wanted].filter((thing) => !unwanted.has(thing)), unwanted };
}

function readClause(words: readonly string[], wanted: Set<Known>, unwanted: Set<Known>): void {
  let reach = 0;
  for (let place = 0; place < words.length; ) {
    const found = findPhrase(words, place);
    if (found === null) {
      reach = denying.has(words[place] ?? '') ? denialReach : reach - 1;
      place++;
      continue;
    }
    for (const thing of found.things) (reach > 0 ? unwanted : wanted).add(thing);
    for (const thing of found.denies) unwanted.add(thing);
    // “no clouds or birds” denies both.
    if (reach > 0) reach = denialReach - 1;
    place += found.length;
  }
}

interface Phrase {
  readonly length: number;
  readonly things: readonly Known[];
  readonly denies: readonly Known[];
}

function findPhrase(words: readonly string[], place: number): Phrase | null {
  for (let length = Math.min(longestPhrase, words.length - place); length > 0; length--) {
    const phrase = words.slice(place, place + length).join(' ');
    for (const form of singularForms(phrase)) {
      const things = known.get(form);
      const denies = Object.hasOwn(denials, form) ? denials[form] : undefined;
      if (things !== undefined || denies !== undefined) return { length, things: things ?? [], denies: denies ?? [] };
    }
  }
  return null;
}

function singularForms(phrase: string): readonly string[] {
  const forms = [phrase];
  if (phrase.endsWith('s')) forms.push(phrase.slice(0, -1));
  if (phrase.endsWith('es')) forms.push(phrase.slice(0, -2));
  if (phrase.endsWith('ies')) forms.push(`${phrase.slice(0, -3)}y`);
  return forms;
}

/** Lower-case words without accents, apart where a clause ends. */
function toClauses(text: string): readonly (readonly string[])[] {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();
  return plain.split(/[.,;:!?()[\]|\n\r]+/u).map((clause) => clause.match(/[\p{L}\p{N}]+/gu) ?? []);
}

function indexVocabulary(): ReadonlyMap<string, readonly Known[]> {
  const index = new Map<string, Known[]>();
  for (const things of Object.values(vocabulary)) {
    for (const [thing, phrases] of Object.entries(things as Readonly<Record<Known, string>>)) {
      for (const phrase of phrases.split(', ')) {
        const key = phrase.replaceAll('-', ' ');
        index.set(key, [...(index.get(key) ?? []), thing as Known]);
      }
    }
  }
  return index;
}

export const knownWords: readonly string[] = [...known.keys()];
