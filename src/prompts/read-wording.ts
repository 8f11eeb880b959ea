import { ProviderError } from '../providers/provider-error.ts';
import { maxWordingCharacters } from './instructions.ts';

const quotationMarks = [
  ['"', '"'],
  ["'", "'"],
  ['`', '`'],
  ['“', '”'],
  ['„', '“'],
  ['‘', '’'],
  ['«', '»'],
  ['»', '«'],
  ['「', '」'],
  ['**', '**'],
] as const;

const fence = /^```[^\n]*\n(?<inside>.*)```$/s;
const titles = /(?:(?:enhanced|improved|better|refined|revised|rewritten|new|final) )?(?:image )?(?:prompt|wording)/;
const announcement = /(?:sure[,.!]? )?here(?:'s|’s| is) [^:\n]{0,80}\b(?:prompt|wording|version)\b[^:\n]{0,80}/;
/** Before a colon or alone on its line: `**Improved prompt:**`, or `Here is the improved prompt:`. */
const label = new RegExp(String.raw`^[#*_\s]*(?:${titles.source}|${announcement.source})[*_]*(?::[*_]*|\n)\s*`, 'i');

/**
 * The wording alone, from the answer of a language model: without whatever was put around it all the same, and bounded. Throws
 * `ProviderError` where nothing is left.
 */
export function readWording(answer: string, vendor: string): string {
  const wording = shorten(unwrap(toStorable(answer)));
  if (wording !== '') return wording;
  throw new ProviderError(`${vendor} answered without a wording.`, { code: 'PROVIDER_BAD_RESPONSE', retryable: true });
}

/** PostgreSQL takes no NUL and no half of a surrogate pair. */
function toStorable(text: string): string {
  return text.toWellFormed().replace(/(?![\n\t])\p{Cc}/gu, '');
}

/** One thing after the other, until nothing is left around it. */
function unwrap(text: string): string {
  const inside = unquote(text.trim().replace(fence, '$<inside>').replace(label, ''));
  return inside === text ? text : unwrap(inside);
}

/** Quotation marks that also stand inside belong to words in the picture. */
function unquote(text: string): string {
  const marks = quotationMarks.find(([open, close]) => {
    const isAround = text.length >= open.length + close.length && text.startsWith(open) && text.endsWith(close);
    const inside = text.slice(open.length, -close.length);
    return isAround && !inside.includes(open) && !inside.includes(close);
  });
  return marks === undefined ? text : text.slice(marks[0].length, -marks[1].length);
}

/** Ends with a sentence where that keeps most of it, else with a word. */
function shorten(text: string): string {
  const characters = [...text];
  if (characters.length <= maxWordingCharacters) return text;
  const kept = characters.slice(0, maxWordingCharacters).join('');
  const [sentences = ''] = /^.*[.!?。！？]/s.exec(kept) ?? [];
  const [words = ''] = /^.*(?=\s)/s.exec(kept) ?? [];
  const whole = [sentences, words].find(({ length }) => length >= kept.length / 2);
  return (whole ?? kept).trim();
}
