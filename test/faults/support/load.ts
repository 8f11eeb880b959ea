import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, Client } from '../../support/client.ts';
import { submitOnceDocument } from './documents.ts';
import { type Fleet, small } from './fleet.ts';

export interface LoadOptions {
  readonly models: readonly string[];
  /** Generations under way at a time. */
  readonly together: number;
  /** Whom to ask, each time anew. */
  readonly client: () => Client;
}

/** Clients that ask for pictures one after the other, follow each to its end, and ask again where an answer was lost. */
export interface Load {
  /** Lets what is under way come to its end. Rejects with what no client should have to see. */
  stop(): Promise<void>;
  readonly accepted: number;
}

const backOffMilliseconds = 200;

export function startLoad(fleet: Fleet, { models, together, client }: LoadOptions): Load {
  const stopping = new AbortController();
  let accepted = 0;

  const submit = async (model: string) => {
    const prompt = `load ${randomUUID()}`;
    const variables = { input: { ...small, prompt, model }, key: prompt };
    const answer = await askUntilAnswered(() => client().ask(submitOnceDocument, variables));
    const { __typename, generation } = answer.data.generateImage;
    if (__typename !== 'GenerateImageSuccess') throw new Error(`refused: ${JSON.stringify(answer)}`);
    fleet.accepted.add(generation.id);
    accepted += 1;
    return generation.id as string;
  };

  const keepAsking = async (lane: number) => {
    for (let turn = lane; !stopping.signal.aborted; turn += 1) {
      const id = await submit(models[turn % models.length] ?? '');
      const over = turn % 2 === 0 ? 'websocket' : 'sse';
      await fleet.subscribers.follow({ id, over, client }).finished;
    }
  };

  const lanes = Promise.all(Array.from({ length: together }, (_, lane) => keepAsking(lane)));
  // It is told when the load is stopped.
  lanes.catch(() => undefined);
  return {
    get accepted() {
      return accepted;
    },
    async stop() {
      stopping.abort();
      await lanes;
    },
  };
}

/** As a careful client does: the same request again when no answer came, or one that says so. */
export async function askUntilAnswered(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined && !isPassing(answer)) return answer;
    await pause(backOffMilliseconds);
  }
}

function isPassing({ errors, data }: Answer): boolean {
  if (errors === undefined) return false;
  if (errors.every(({ extensions }) => extensions?.code === 'UNAVAILABLE')) return true;
  throw new Error(`A client was told ${JSON.stringify({ errors, data })}.`);
}
