import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { AnswerLost, CliError } from './cli-error.ts';
import { cancelGeneration, findModels, generateImage, readGeneration } from './documents.ts';
import type { GenerateRequest, InputFile } from './input-images.ts';
import { type Address, type GraphQLRequest, post } from './post.ts';
import { toRefusal } from './refusal.ts';
import { retryMilliseconds } from './retry-milliseconds.ts';
import type { GenerateImageResult, Generation } from './schema-types.ts';

/** What one server is asked over HTTP. Everything throws `CliError`. */
export interface Client extends Address {
  /** The id of the new generation. Sent again when the answer is lost, under one key: it is one generation all the same. */
  generate(request: GenerateRequest): Promise<string>;
  cancel(id: string): Promise<void>;
  read(id: string): Promise<Generation>;
}

const answerMilliseconds = 30_000;
const probeMilliseconds = 2_000;

export function createClient(address: Address): Client {
  return {
    ...address,
    async generate({ input, files }) {
      const request = { query: generateImage, variables: { input, idempotencyKey: randomUUID() }, files };
      const data = await askAgain<{ readonly generateImage: GenerateImageResult }>(address, request);
      const result = data.generateImage;
      if (result.generation === undefined) throw toRefusal(result);
      return result.generation.id;
    },
    async cancel(id) {
      await ask(address, { query: cancelGeneration, variables: { id } });
    },
    async read(id) {
      const { generation } = await ask<{ readonly generation: Generation | null }>(address, {
        query: readGeneration,
        variables: { id },
      });
      if (generation === null) throw new CliError('The server no longer has this generation.');
      return generation;
    },
  };
}

/** What answers at an address: Darkroom, one that does not let us in, something else, or nothing. Looks quickly and never throws. */
export async function probe(address: Address): Promise<'darkroom' | 'closed' | 'other' | 'nothing'> {
  const { url } = address;
  const signal = AbortSignal.timeout(probeMilliseconds);
  const live = await fetch(`${url}/health/live`, { signal }).catch(() => undefined);
  if (live === undefined) return 'nothing';
  // Many services have a path for their health. Only ours has models.
  const isLive = live.ok && (await hasStatusLive(live));
  const answer = isLive ? await readAnswer(address, { query: findModels }, signal).catch(() => undefined) : undefined;
  if (isRefusal(answer)) return 'closed';
  return answer?.data?.models === undefined ? 'other' : 'darkroom';
}

async function hasStatusLive(response: Response): Promise<boolean> {
  const body = (await response.json().catch(() => null)) as { readonly status?: unknown } | null;
  return body?.status === 'live';
}

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** The server wants to know who asks, and what it was shown does not say so. */
function isRefusal(answer: Answer<unknown> | undefined): boolean {
  return answer?.errors?.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED') ?? false;
}

export function createRefusal({ url, apiKey }: Address): CliError {
  if (apiKey !== undefined) return new CliError(`The server at ${url} does not take the key in DARKROOM_API_KEY.`);
  return new CliError(`The server at ${url} asks who you are: set DARKROOM_API_KEY to an API key of yours.`);
}

interface Question extends GraphQLRequest {
  readonly files?: readonly InputFile[];
}

/** For what may be asked several times. */
async function askAgain<Data>(address: Address, question: Question): Promise<Data> {
  for (const milliseconds of retryMilliseconds) {
    try {
      return await ask<Data>(address, question);
    } catch (error) {
      if (!(error instanceof AnswerLost)) throw error;
      await delay(milliseconds);
    }
  }
  return ask(address, question);
}

async function ask<Data>(address: Address, question: Question): Promise<Data> {
  const { url } = address;
  const signal = AbortSignal.timeout(answerMilliseconds);
  const answer = await readAnswer<Data>(address, question, signal).catch((cause: Error) => {
    if (cause instanceof CliError) throw cause;
    // Nobody waits for the same silence several times.
    throw signal.aborted
      ? new CliError(`The server at ${url} does not answer.`, { cause })
      : new AnswerLost(url, { cause });
  });
  if (isRefusal(answer)) throw createRefusal(address);
  const { data, errors = [] } = answer;
  if (errors.length > 0 || data === undefined || data === null) {
    throw new CliError(`The server answered: ${errors.map(({ message }) => message).join(' ')}`);
  }
  return data;
}

async function readAnswer<Data = Readonly<Record<string, unknown>>>(
  address: Address,
  { files = [], ...request }: Question,
  signal: AbortSignal,
): Promise<Answer<Data>> {
  const response = await post(address, request, { signal, files });
  const text = await response.text();
  try {
    return JSON.parse(text) as Answer<Data>;
  } catch (cause) {
    throw new CliError(`The server at ${address.url} answered ${response.status} and no GraphQL.`, { cause });
  }
}
