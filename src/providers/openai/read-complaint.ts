import { z } from 'zod';
import { parseJson } from '../../network/send.ts';

/** What a server says of its failure. */
export interface Complaint {
  /** As it came: not cleaned, and empty where nothing was said. */
  readonly words: string;
  /** OpenAI's codes and types, as far as they are told. */
  readonly names: readonly string[];
  /** Of a refusal: what it found, and whether in the request (`input`) or in the picture (`output`). */
  readonly categories: readonly string[];
  readonly stage: 'input' | 'output' | null;
}

const name = z
  .union([z.string(), z.number()])
  .nullish()
  .catch(null)
  .transform((value) => (value === null || value === undefined ? [] : [String(value)]));

const refusalDetails = z
  .object({
    moderation_stage: z.enum(['input', 'output']).nullable().catch(null),
    categories: z.array(z.string()).catch([]),
  })
  .nullish()
  .catch(null);

const complaint = z
  .object({ message: z.string().catch(''), code: name, type: name, moderation_details: refusalDetails })
  .transform(
    ({ message, code, type, moderation_details: details }): Complaint => ({
      words: message,
      names: [...code, ...type],
      categories: details?.categories ?? [],
      stage: details?.moderation_stage ?? null,
    }),
  );

/** FastAPI's: one for each field that is wrong. */
const fieldProblem = z
  .object({ loc: z.array(z.union([z.string(), z.number()])).catch([]), msg: z.string() })
  .transform(({ loc, msg }) => {
    const path = loc.filter((part, index) => index > 0 || part !== 'body').join('.');
    return path === '' ? msg : `${path}: ${msg}`;
  });

const inWords = z.string().transform(toPlainComplaint);

/** Whatever is said under `error`, `detail` or nothing at all: OpenAI's, FastAPI's and other servers' shapes. */
const body = z.union([
  z.object({ error: z.union([inWords, complaint]) }).transform(({ error }) => error),
  z.object({ detail: inWords }).transform(({ detail }) => detail),
  z
    .object({ detail: z.array(fieldProblem) })
    .transform(({ detail }) => toPlainComplaint([...new Set(detail)].join('; '))),
  complaint,
]);

/** From the body of a failed answer, of whatever kind it is. */
export function readComplaint(bytes: Uint8Array): Complaint {
  const parsed = body.safeParse(parseJson(bytes));
  if (parsed.success) return parsed.data;
  const text = new TextDecoder().decode(bytes).trim();
  // A gateway's page is for browsers; JSON that says nothing is for nobody.
  return toPlainComplaint(/^[<{[]/.test(text) ? '' : text);
}

/** From what stands under `error` in an event of a stream. */
export function toComplaint(error: unknown): Complaint {
  return z.union([inWords, complaint]).catch(toPlainComplaint('')).parse(error);
}

function toPlainComplaint(words: string): Complaint {
  return { words, names: [], categories: [], stage: null };
}
