import { decodeKey } from '../../../src/graphql/global-ids.ts';
import type { AuditedGeneration } from './audited-generations.ts';
import type { Fleet } from './fleet.ts';
import type { Subscriber } from './subscribers.ts';

/** Whoever resumed saw each stored event once and in order, to the end, and nothing of anybody else. */
export function findStreamProblems(
  { subscribers }: Fleet,
  generations: readonly AuditedGeneration[],
): readonly string[] {
  const byId = new Map(generations.map((generation) => [generation.id, generation]));
  return subscribers.all.flatMap((subscriber) => {
    const generation = byId.get(decodeKey(subscriber.generationId, 'Generation'));
    return generation === undefined ? [] : findProblems(subscriber, generation);
  });
}

function findProblems({ generationId, seen }: Subscriber, { prompt, events }: AuditedGeneration): readonly string[] {
  const problems: string[] = [];
  const stored = seen.flatMap(({ event }) => (event === null ? [] : [event]));
  const [saw, happened] = [stored.map(toLine).join(' '), events.map(toLine).join(' ')];
  if (saw !== happened) problems.push(`A subscriber of ${prompt} saw ${saw}, but it was ${happened}.`);
  const strange = seen.filter((snapshot) => snapshot.generationId !== generationId);
  if (strange.length > 0) problems.push(`A subscriber of ${prompt} was sent ${strange.length} snapshots of another.`);
  return problems;
}

function toLine({ sequence, type }: { readonly sequence: number; readonly type: string }): string {
  return `${sequence}:${type}`;
}
