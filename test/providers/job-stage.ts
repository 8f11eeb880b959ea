import type { PictureOrder, Provider, ProviderEvent } from '../../src/providers/provider.ts';
import { ProviderError } from '../../src/providers/provider-error.ts';
import { failureOf, findModel, toOrder } from '../support/orders.ts';
import type { ReceivedRequest, Standin } from '../support/standins/standin.ts';

type Wishes = Partial<PictureOrder>;

/** Orders from a provider whose vendor works on its own and is asked how it goes. */
export interface JobStage {
  generate(wishes?: Wishes, slug?: string): AsyncIterable<ProviderEvent>;
  /** What it fails with. Throws what is no `ProviderError`. */
  fail(wishes?: Wishes, slug?: string): Promise<ProviderError>;
  /** Follows the job with this id, ordered from the usual model. */
  resume(id: string, wishes?: Wishes): AsyncIterable<ProviderEvent>;
}

export function createJobStage(provider: Provider, usualSlug: string): JobStage {
  const order = (wishes?: Wishes, slug = usualSlug) => toOrder(findModel(provider, slug), wishes);
  const generate = (wishes?: Wishes, slug?: string) => provider.generate(order(wishes, slug));
  return {
    generate,
    fail: (wishes, slug) => providerErrorOf(generate(wishes, slug)),
    resume(id, wishes) {
      if (provider.resume === undefined) throw new Error('It cannot resume.');
      return provider.resume(order(wishes), id);
    },
  };
}

/** What they fail with. Throws what is no `ProviderError`. */
export async function providerErrorOf(events: AsyncIterable<ProviderEvent>): Promise<ProviderError> {
  const failure = await failureOf(events);
  if (failure instanceof ProviderError) return failure;
  throw failure;
}

export interface Stop {
  /** As long as the call tells something. */
  readonly events: readonly ProviderEvent[];
  /** Undefined where it ended as if nobody had stopped it. */
  readonly failure: unknown;
}

/** Stops a call with this reason at its first event of this type. */
export async function stopAt(
  generate: (wishes: Wishes) => AsyncIterable<ProviderEvent>,
  { type, reason }: { readonly type: ProviderEvent['type']; readonly reason: Error },
): Promise<Stop> {
  const abort = new AbortController();
  const events: ProviderEvent[] = [];
  try {
    for await (const event of generate({ signal: abort.signal })) {
      events.push(event);
      if (event.type === type) abort.abort(reason);
    }
  } catch (failure) {
    return { events, failure };
  }
  return { events, failure: undefined };
}

/** Has a job started by nobody who follows it, as by a process that died. */
export async function submitJob(url: string, authorization: string, body: object): Promise<unknown> {
  const headers = { authorization, 'content-type': 'application/json' };
  return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).json();
}

export function bodyOf(request: ReceivedRequest | undefined): unknown {
  return JSON.parse(`${request?.body}`);
}

/** What was asked of the newest job, in its order and without the path that leads to it, for example `POST /cancel`. */
export function followsOf({ received }: Standin, job: RegExp): readonly string[] {
  const follows = received.map(({ method, path }) => ({ method, path, lead: job.exec(path)?.[0] }));
  const newest = follows.findLast(({ lead }) => lead !== undefined)?.lead;
  return follows.flatMap(({ method, path, lead }) =>
    lead === undefined || lead !== newest ? [] : [`${method} ${path.slice(lead.length)}`],
  );
}
