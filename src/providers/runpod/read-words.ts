import { z } from 'zod';

const fieldsOf = z.record(z.string(), z.unknown());

/** Where words stand in an object, the best first; `error_type` is all that an exception without a message has. */
const wordKeys = ['error_message', 'message', 'error', 'detail', 'error_type'] as const;
/** What is told beside them, by worker-comfyui for one. */
const detailKeys = ['details', 'errors'] as const;

/** Whatever is nested deeper than this is not for people. */
const maxDepth = 6;
/** As much of a text as is looked at. */
const maxCharacters = 2_000;

/**
 * What went wrong in the worker's own words, without its traceback; empty where there are none. RunPod passes on whatever
 * a worker gives: text, text with JSON in it, JSON of an uncaught exception, lists of text, objects.
 */
export function readWords(told: unknown, depth = maxDepth): string {
  if (depth === 0) return '';
  if (typeof told === 'string') return readText(told, depth);
  if (Array.isArray(told)) return join(told.map((part) => readWords(part, depth - 1)));
  const { data: fields } = fieldsOf.safeParse(told);
  if (fields === undefined) return '';
  const words = wordKeys.map((key) => readWords(fields[key], depth - 1)).find((one) => one !== '') ?? '';
  return join([words, readDetails(fields, depth)]);
}

/** Only what is told beside the words. */
export function readDetails(told: unknown, depth = maxDepth): string {
  const { data: fields } = fieldsOf.safeParse(told);
  return fields === undefined ? '' : join(detailKeys.map((key) => readWords(fields[key], depth - 1)));
}

function join(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

function readText(text: string, depth: number): string {
  const start = text.indexOf('{');
  const inner = start < 0 ? undefined : parseObject(text.slice(start, text.lastIndexOf('}') + 1));
  if (inner === undefined) return toSentence(withoutTraceback(text));
  return readWords(inner, depth - 1) || toSentence(text.slice(0, start));
}

function parseObject(text: string): object | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const traceback = /Traceback \(most recent call last\)|\btraceback:|Stack Trace:/i;

/** Where a text is all traceback, its last line says what happened. */
function withoutTraceback(text: string): string {
  const start = text.search(traceback);
  if (start < 0) return text;
  const before = text.slice(0, start).replace(/[\s,]+$/, '');
  return before === '' ? (text.trim().split('\n').at(-1) ?? '') : before;
}

/** Neither Python's way to name a class nor a gateway's page. */
function toSentence(text: string): string {
  return text
    .slice(0, maxCharacters)
    .replace(/<class '([^']*)'>/g, '$1')
    .replace(/<[^>]*>/g, ' ')
    .trim();
}
