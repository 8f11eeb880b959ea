import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { AnswerLost, CliError } from './cli-error.ts';
import { cancelGeneration, findModels, generateImage, readGeneration } from './documents.ts';
import type { GenerateRequest, InputFile } from './input-images.ts';
import { type GraphQLRequest, post } from './post.ts';
import { toRefusal } from './refusal.ts';
import { retryMilliseconds } from './retry-milliseconds.ts';
import type { GenerateImageResult, Generation } from './schema-types.ts';

/** What one server is asked over HTTP. Everything throws `CliError`. */
export interface Client {
  readonly url: string;
  /** The id of the new generation. Sent again when the answer is lost, under one key: it is one generation all the same. */
  generate(request: GenerateRequest): Promise<string>;
  cancel(id: string): Promise<void>;
  read(id: string): Promise<Generation>;
}

const answerMilliseconds = 30_000;
const probeMilliseconds = 2_000;

export function createClient(url: string): Client {
  return {
    url,
    async generate({ input, files }) {
      const request = { query: generateImage, variables: { input, idempotencyKey: randomUUID() }, files };
      const data = await askAgain<{ readonly generateImage: GenerateImageResult }>(url, request);
      const result = data.generateImage;
      if (result.generation === undefined) throw toRefusal(result);
      return result.generation.id;
    },
    async cancel(id) {
      await ask(url, { query: cancelGeneration, variables: { id } });
    },
    async read(id) {
      const { generation } = await ask<{ readonly generation: Generation | null }>(url, {
        query: readGeneration,
        variables: { id },
      });
      if (generation === null) throw new CliError('The server no longer has this generation.');
      return generation;
    },
  };
}

/** What answers at an address: Darkroom, something else, or nothing. Looks quickly and never throws. */
export async function probe(url: string): Promise<'darkroom' | 'other' | 'nothing'> {
  const signal = AbortSignal.timeout(probeMilliseconds);
  const live = await fetch(`${url}/health/live`, { signal }).catch(() => undefined);
  if (live === undefined) return 'nothing';
  // Many services have a path for their health. Only ours has models.
  const isLive = live.ok && (await hasStatusLive(live));
  const answer = isLive ? await readAnswer(url, { query: findModels }, signal).catch(() => undefined) : undefined;
  return answer?.data?.models === undefined ? 'other' : 'darkroom';
}

async function hasStatusLive(response: Response): Promise<boolean> {
  const body = (await response.json().catch(() => null)) as { readonly status?: unknown } | null;
  return body?.status === 'live';
}

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string }[];
}

interface Question extends GraphQLRequest {
  readonly files?: readonly InputFile[];
}

/** For what may be asked several times. */
async function askAgain<Data>(url: string, question: Question): Promise<Data> {
  for (const milliseconds of retryMilliseconds) {
    try {
      return await ask<Data>(url, question);
    } catch (error) {
      if (!(error instanceof AnswerLost)) throw error;
      await delay(milliseconds);
    }
  }
  return ask(url, question);
}

async function ask<Data>(url: string, question: Question): Promise<Data> {
  const signal = AbortSignal.timeout(answerMilliseconds);
  const answer = await readAnswer<Data>(url, question, signal).catch((cause: Error) => {
    if (cause instanceof CliError) throw cause;
    // Nobody waits for the same silence several times.
    throw signal.aborted
      ? new CliError(`The server at ${url} does not answer.`, { cause })
      : new AnswerLost(url, { cause });
  });
  const { data, errors = [] } = answer;
  if (errors.length > 0 || data === undefined || data === null) {
    throw new CliError(`The server answered: ${errors.map(({ message }) => message).join(' ')}`);
  }
  return data;
}

async function readAnswer<Data = Readonly<Record<string, unknown>>>(
  url: string,
  { files = [], ...request }: Question,
  signal: AbortSignal,
): Promise<Answer<Data>> {
  const response = await post(url, request, { signal, files });
  const text = await response.text();
  try {
    return JSON.parse(text) as Answer<Data>;
  } catch (cause) {
    throw new CliError(`The server at ${url} answered ${response.status} and no GraphQL.`, { cause });
  }
}
