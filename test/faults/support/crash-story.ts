import type { CrashPoint } from '../../../src/domain/crash-point.ts';
import { decodeKey } from '../../../src/graphql/global-ids.ts';
import type { Variables } from '../../support/client.ts';
import type { AuditedGeneration } from './audited-generations.ts';
import { type Conclusion, conclude } from './conclude.ts';
import { createPrompt, type Fleet, models, startFleet } from './fleet.ts';
import type { Member } from './member.ts';

export interface CrashStory extends Conclusion {
  readonly point: CrashPoint;
  readonly model: string;
  readonly input?: Variables;
  /** Whether the vendor can call back. Default: no. */
  readonly webhooks?: 'on' | 'off';
}

export interface CrashOutcome {
  readonly generation: AuditedGeneration;
  /** Orders that a vendor took. */
  readonly accepted: number;
  readonly asked: number;
  /** From the worker's death to its generation's new start. */
  readonly recoverySeconds: number;
}

/** A worker dies at this point of a generation, and another one is there. */
export async function playCrash(story: CrashStory): Promise<CrashOutcome> {
  const { point, model, input = {}, webhooks = 'off' } = story;
  await using fleet = await startFleet();
  const api = await fleet.start({ role: 'api' });
  const environment = webhooks === 'on' ? { PUBLIC_URL: api.url } : {};
  const other = await startBusyWorker(fleet, { api, environment });
  const doomed = await fleet.start({ role: 'worker', crash: { point } }, environment);
  const prompt = createPrompt(story.what);
  const id = await fleet.submit(api.as('alice'), { ...input, prompt, model });
  const over = ['websocket', 'sse'] as const;
  const subscribers = over.map((way) => fleet.subscribers.follow({ id, over: way, client: () => api.as('alice') }));
  await doomed.ended;
  const diedAt = new Date();
  await other.release();
  await Promise.all(subscribers.map(({ finished }) => finished));
  const recoverySeconds = await findRecoverySeconds(fleet, id, diedAt);
  const { generations } = await conclude(fleet, { ...story, recoverySeconds });
  const generation = generations.find((one) => one.prompt === prompt);
  if (generation === undefined) throw new Error('The generation is gone.');
  const { ledger } = fleet;
  return {
    generation,
    accepted: ledger.count('accepted', prompt),
    asked: ledger.count('asked', prompt),
    recoverySeconds,
  };
}

interface Surroundings {
  readonly api: Member;
  readonly environment: Readonly<Record<string, string>>;
}

/** One that lives, but takes nothing before it is released: it waits for a synchronous vendor with the only place that it has. */
async function startBusyWorker(fleet: Fleet, { api, environment }: Surroundings) {
  await fleet.start({ role: 'worker' }, { ...environment, WORKER_CONCURRENCY: '1' });
  const prompt = createPrompt('busy');
  const gate = fleet.nebius.hold(prompt);
  const id = await fleet.submit(api.as('bob'), { prompt, model: models.synchronous });
  const { finished } = fleet.subscribers.follow({ id, over: 'websocket', client: () => api.as('bob') });
  await gate.reached;
  return {
    async release() {
      gate.open();
      await finished;
    },
  };
}

/** From this instant to when a worker took the generation again. */
export async function findRecoverySeconds({ database }: Fleet, id: string, diedAt: Date): Promise<number> {
  const started = await database.prisma.generationEvent.findFirst({
    where: { generationId: decodeKey(id, 'Generation'), type: 'STARTED', at: { gte: diedAt } },
    orderBy: { sequence: 'asc' },
  });
  if (started === null) throw new Error('Nobody took the generation over.');
  return (started.at.getTime() - diedAt.getTime()) / 1000;
}
