import type { Variables } from '../../support/client.ts';
import type { Actor } from './actors.ts';

/**
 * What somebody is answered. `theirs`: what the owner is. `as unknown`: byte for byte what is answered to a value that nobody was
 * given, and nothing of the owner's. `withheld`: of what is one's own, that it is not for this key. `elsewhere`: a test of its own
 * asks this.
 */
export type Outcome = 'theirs' | 'as unknown' | 'withheld' | 'elsewhere' | 'FORBIDDEN' | 'UNAUTHENTICATED';
export type Expectation = Readonly<Record<Actor, Outcome>>;

const outside = {
  nobody: 'UNAUTHENTICATED',
  'revoked key': 'UNAUTHENTICATED',
  'expired key': 'UNAUTHENTICATED',
} as const;

/** Reading one thing: its owner, also with a key that only reads, and administrators. */
const read: Expectation = {
  ...outside,
  owner: 'theirs',
  'another user': 'as unknown',
  'read-only key': 'theirs',
  'generate-only key': 'FORBIDDEN',
  administrator: 'theirs',
};
/** One's own list, from a place in somebody's. */
const list: Expectation = { ...read, administrator: 'as unknown' };
/** Reading what is for those alone who manage their account, administrators or not. */
const readKey: Expectation = { ...read, 'read-only key': 'withheld', administrator: 'as unknown' };
/** Changing something: its owner, with a key that may. */
const change: Expectation = {
  ...read,
  'read-only key': 'FORBIDDEN',
  'generate-only key': 'theirs',
  administrator: 'as unknown',
};
/** What tells nobody anything, whoever asks. */
const blind: Expectation = { ...change, owner: 'as unknown', 'generate-only key': 'as unknown' };
/** The same for who reads. */
const blindRead: Expectation = { ...list, owner: 'as unknown', 'read-only key': 'as unknown' };
/** Managing one's account. */
const manage: Expectation = { ...change, 'generate-only key': 'FORBIDDEN' };
/** Reading and changing everybody's. */
const administer: Expectation = {
  ...outside,
  owner: 'FORBIDDEN',
  'another user': 'FORBIDDEN',
  'read-only key': 'FORBIDDEN',
  'generate-only key': 'FORBIDDEN',
  administrator: 'theirs',
};

/** What a place takes: the owner has one of each. */
export const kinds = [
  'generation',
  'image',
  'user',
  'cursor',
  'image cursor',
  'user cursor',
  'audit cursor',
  'API key',
  'key',
  'permalink',
] as const;
export type Kind = (typeof kinds)[number];

export interface Sample {
  readonly takes: readonly Kind[];
  readonly may: Expectation;
  /** For the other arguments, by name. */
  readonly others?: Variables;
  /** What the owner names is gone afterwards. */
  readonly spends?: true;
  /** Nothing is looked up for it. */
  readonly unseen?: true;
  /** The argument that takes a generation of who asks. */
  readonly ofOwn?: string;
  /** The node that the field is asked of. */
  readonly parent?: Kind;
}

const pixel =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAeklEQVRogdXOQREAAAyDMKQjfSL62BEFwTiMwziMwziMwziMwziMwziMwziMwziMwziMwziMwziMwziMwziMwziMwziMwziMwziMwziMwziMwziMwziMwziMwziMwziMwziMwziMwziMwziMwziMwziMwziMwzi+A6sDHz4BaT2HTP0AAAAASUVORK5CYII=';
const prompt = 'a picture of the matrix';
export const input = { prompt };
const masked = { prompt, inputImages: [{ dataUrl: pixel }] };
const page = { first: 5 };
const quota = { perDay: 100_000 };

/**
 * Every place that takes an id, a cursor, a key or a link, and who may name what is another's there. A place that is missing
 * here fails the matrix. Null: a place that names nothing which the server has.
 */
export const samples: Readonly<Record<string, Sample | readonly Sample[] | null>> = {
  'Query.node(id)': [
    { takes: ['generation', 'image', 'user'], may: read },
    { takes: ['API key'], may: readKey },
  ],
  'Query.nodes(ids)': [
    { takes: ['generation', 'image', 'user'], may: read },
    { takes: ['API key'], may: readKey },
  ],
  'Query.generation(id)': { takes: ['generation'], may: read },
  'Query.generations(after)': { takes: ['cursor'], may: list, others: page },
  'Query.generations(before)': { takes: ['cursor'], may: list, others: page },
  'Query.generations(where.user)': { takes: ['user'], may: administer, others: page },
  'Query.images(after)': { takes: ['image cursor'], may: list, others: page },
  'Query.images(before)': { takes: ['image cursor'], may: list, others: page },
  'Query.images(where.user)': { takes: ['user'], may: administer, others: page },
  'Query.users(after)': { takes: ['user cursor'], may: administer, others: page },
  'Query.users(before)': { takes: ['user cursor'], may: administer, others: page },
  'Query.auditEntries(after)': { takes: ['audit cursor'], may: administer, others: page },
  // Those next to it: the newest are of the administrator.
  'Query.auditEntries(before)': { takes: ['audit cursor'], may: administer, others: { last: 5 } },
  'Query.auditEntries(where.userId)': { takes: ['user'], may: administer, others: page },
  // Pictures are looked at when they are asked for in earnest.
  'Query.estimate(input.inputImages.imageId)': { takes: ['image'], may: blindRead, others: { input }, unseen: true },
  'Query.estimate(input.inputImages.url)': { takes: ['permalink'], may: blindRead, others: { input }, unseen: true },
  'Query.estimate(input.inputImages.dataUrl)': null,
  'Query.estimate(input.mask.imageId)': { takes: ['image'], may: blindRead, others: { input: masked }, unseen: true },
  'Query.estimate(input.mask.url)': { takes: ['permalink'], may: blindRead, others: { input: masked }, unseen: true },
  'Query.estimate(input.mask.dataUrl)': null,
  'Image.usedBy(after)': { takes: ['cursor'], may: read, others: page, parent: 'image' },
  'Image.usedBy(before)': { takes: ['cursor'], may: read, others: page, parent: 'image' },
  'Mutation.generateImage(idempotencyKey)': { takes: ['key'], may: change, others: { input } },
  'Mutation.generateImage(input.inputImages.imageId)': { takes: ['image'], may: change, others: { input } },
  'Mutation.generateImage(input.inputImages.url)': { takes: ['permalink'], may: blind, others: { input } },
  // The bytes themselves.
  'Mutation.generateImage(input.inputImages.dataUrl)': null,
  'Mutation.generateImage(input.mask.imageId)': { takes: ['image'], may: change, others: { input: masked } },
  'Mutation.generateImage(input.mask.url)': { takes: ['permalink'], may: blind, others: { input: masked } },
  'Mutation.generateImage(input.mask.dataUrl)': null,
  'Mutation.retryGeneration(id)': { takes: ['generation'], may: change },
  'Mutation.retryGeneration(idempotencyKey)': { takes: ['key'], may: change, ofOwn: 'id' },
  'Mutation.cancelGeneration(id)': { takes: ['generation'], may: change },
  'Mutation.deleteGeneration(id)': { takes: ['generation'], may: change, spends: true },
  'Mutation.deleteImage(id)': { takes: ['image'], may: change, spends: true },
  'Mutation.revokeApiKey(id)': { takes: ['API key'], may: manage },
  // No key limits keys.
  'Mutation.setApiKeyQuota(id)': {
    takes: ['API key'],
    may: { ...manage, owner: 'as unknown' },
    others: { quota },
    unseen: true,
  },
  'Mutation.setQuota(userId)': { takes: ['user'], may: administer, others: { quota } },
  'Mutation.deleteMyData(confirm)': { takes: ['user'], may: { ...manage, owner: 'elsewhere' }, unseen: true },
  'Subscription.generationProgress(id)': { takes: ['generation'], may: read },
};

export function toSamples(place: string): readonly Sample[] {
  return [samples[place] ?? []].flat();
}
