import type { Client } from '../../support/client.ts';
import type { Fleet } from './fleet.ts';
import type { Member } from './member.ts';

/** A generation as a client that remembers everything would know it. */
export interface KnownGeneration {
  readonly id: string;
  readonly key: string;
  readonly prompt: string;
  readonly model: string;
  /** `open`: it may have ended, nobody looked. */
  state: 'open' | 'ended' | 'deleted';
  wasCancelled: boolean;
}

/** The reference: what must hold, however the processes fare. */
export interface LifeModel {
  readonly generations: KnownGeneration[];
  kills: number;
}

/** The real thing. */
export interface LifeSystem {
  readonly fleet: Fleet;
  readonly alice: Client;
  readonly bob: Client;
  readonly workers: Member[];
}

/** What a client may be answered to a verb that needs an ended generation. */
export function expectedTypes({ state }: KnownGeneration, success: string): readonly string[] {
  if (state === 'deleted') return ['NotFound'];
  return state === 'ended' ? [success] : [success, 'NotPossible'];
}
