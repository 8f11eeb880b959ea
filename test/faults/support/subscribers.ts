import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, Client } from '../../support/client.ts';
import { follow } from '../../support/documents.ts';
import { ended, type Progress } from '../../support/generations.ts';

export interface Snapshot extends Progress {
  readonly generationId: string;
}

/** A client that follows one generation over every fault, resuming after the last stored event that it saw. */
export interface Subscriber {
  readonly generationId: string;
  /** Every snapshot that it was sent, in the order of their arrival. */
  readonly seen: readonly Snapshot[];
  /** How often its stream broke off. */
  readonly breaks: number;
  /** Resolves to the last snapshot. Rejects where the server refuses to go on. */
  readonly finished: Promise<Snapshot>;
}

export interface Following {
  readonly id: string;
  readonly over: 'websocket' | 'sse';
  /** Whom to ask, each time anew: in front of several servers there is a balancer. */
  readonly client: () => Client;
}

/** To be closed after the servers: a stream that is waited for ends with them. */
export interface Subscribers extends AsyncDisposable {
  follow(following: Following): Subscriber;
  readonly all: readonly Subscriber[];
}

const backOffMilliseconds = 200;

export function createSubscribers(): Subscribers {
  const all: Subscriber[] = [];
  const leave = new AbortController();
  return {
    all,
    follow(following) {
      const subscriber = startSubscriber(following, leave.signal);
      all.push(subscriber);
      return subscriber;
    },
    async [Symbol.asyncDispose]() {
      leave.abort();
      await Promise.allSettled(all.map(({ finished }) => finished));
    },
  };
}

function startSubscriber({ id, over, client }: Following, signal: AbortSignal): Subscriber {
  const seen: Snapshot[] = [];
  let breaks = 0;

  const readOnce = async () => {
    const variables = { id, afterSequence: seen.at(-1)?.sequence ?? 0 };
    const stream = over === 'sse' ? client().subscribeSse(follow, variables) : client().subscribe(follow, variables);
    for await (const answer of stream) seen.push(toProgress(answer));
  };

  const read = async (): Promise<Snapshot> => {
    for (;;) {
      await readOnce().catch(throwRefusal);
      const last = seen.at(-1);
      if (last !== undefined && ended.includes(last.status)) return last;
      signal.throwIfAborted();
      breaks += 1;
      await pause(backOffMilliseconds, undefined, { signal });
    }
  };

  const finished = read();
  finished.catch(() => undefined);
  return {
    generationId: id,
    seen,
    get breaks() {
      return breaks;
    },
    finished,
  };
}

function toProgress({ data, errors }: Answer): Snapshot {
  if (errors !== undefined) throw errors;
  return data.generationProgress;
}

/** Passes over what may be a fault of the moment. */
function throwRefusal(error: unknown): void {
  // Over WebSocket the client throws the list of errors, too.
  const [first] = Array.isArray(error) ? error : [];
  const code = first?.extensions?.code;
  if (code === 'NOT_FOUND' || code === 'BAD_USER_INPUT') throw new Error(JSON.stringify(error));
}
