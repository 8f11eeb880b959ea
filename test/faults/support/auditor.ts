import { decodeKey } from '../../../src/graphql/global-ids.ts';
import { findBlobProblems } from './audit-blobs.ts';
import { findCostProblems, findOrderProblems } from './audit-orders.ts';
import { findStreamProblems } from './audit-streams.ts';
import { type AuditedGeneration, readGenerations } from './audited-generations.ts';
import type { Fleet } from './fleet.ts';

export interface Audit {
  /** Everything that is not as promised, in words. */
  readonly problems: readonly string[];
  /** Generations that a client was told of and that never end, or whose pictures are gone. */
  readonly lost: number;
  /** Orders that a vendor took beyond those that were wanted. */
  readonly paidTwice: number;
  readonly generations: readonly AuditedGeneration[];
}

const endings = ['SUCCEEDED', 'FAILED', 'CANCELLED'];

/** Looks at everything that a fleet has left behind, from outside of Darkroom. To be called when all is quiet. */
export async function audit(fleet: Fleet): Promise<Audit> {
  const generations = await readGenerations(fleet.database);
  const vanished = findVanished(fleet, generations);
  const logs = generations.flatMap(findLogProblems);
  const blobs = await findBlobProblems(fleet, generations);
  const orders = findOrderProblems(fleet, generations);
  const unended = generations.filter(({ status }) => !endings.includes(status));
  const streams = findStreamProblems(fleet, generations);
  const costs = findCostProblems(fleet.ledger, generations);
  const problems = [...vanished, ...logs, ...blobs.problems, ...orders.problems, ...streams, ...costs];
  return {
    problems,
    lost: vanished.length + unended.length + blobs.lostPictures,
    paidTwice: orders.paidTwice,
    generations,
  };
}

function findVanished({ accepted, removed }: Fleet, generations: readonly AuditedGeneration[]): readonly string[] {
  const known = new Set(generations.map(({ id }) => id));
  const expected = [...accepted].filter((id) => !removed.has(id)).map((id) => decodeKey(id, 'Generation'));
  return expected.filter((id) => !known.has(id)).map((id) => `${id} was accepted and is gone.`);
}

/** One ending, at the end of a log without gaps, that says what the row says. */
function findLogProblems({ id, prompt, status, lastSequence, events }: AuditedGeneration): readonly string[] {
  const name = `${prompt} (${id})`;
  const problems: string[] = [];
  if (!endings.includes(status)) problems.push(`${name} has not ended: it is ${status}.`);
  const ends = events.filter(({ type }) => endings.includes(type));
  if (ends.length > 1) problems.push(`${name} ended ${ends.length} times.`);
  const last = events.at(-1);
  if (endings.includes(status) && (last?.type !== status || last.status !== status)) {
    problems.push(`${name} is ${status}, but its last event is ${last?.type} at ${last?.status}.`);
  }
  const gap = events.findIndex(({ sequence }, index) => sequence !== index + 1);
  if (gap >= 0 || events.length !== lastSequence) {
    const sequences = events.map(({ sequence }) => sequence).join(' ');
    problems.push(`${name} has the events ${sequences}, and ${lastSequence} as its last.`);
  }
  return problems;
}
