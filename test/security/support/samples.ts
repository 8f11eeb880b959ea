import type { Variables } from '../../support/client.ts';

export const actors = ['owner', 'another user', 'nobody', 'revoked key', 'read-only key', 'administrator'] as const;
export type Actor = (typeof actors)[number];

/**
 * What somebody is answered. `theirs`: what the owner is. `as unknown`: byte for byte what is answered to a value that nobody was
 * given, and nothing of the owner's.
 */
export type Outcome = 'theirs' | 'as unknown' | 'FORBIDDEN' | 'UNAUTHENTICATED';
export type Expectation = Readonly<Record<Actor, Outcome>>;

const outside = { nobody: 'UNAUTHENTICATED', 'revoked key': 'UNAUTHENTICATED' } as const;

/** Reading one thing: its owner, also with a key that only reads, and administrators. */
const read: Expectation = {
  ...outside,
  owner: 'theirs',
  'another user': 'as unknown',
  'read-only key': 'theirs',
  administrator: 'theirs',
};
/** One's own list, from a place in somebody's. */
const list: Expectation = { ...read, administrator: 'as unknown' };
/** Changing something: its owner, with a key that may. */
const change: Expectation = { ...read, 'read-only key': 'FORBIDDEN', administrator: 'as unknown' };
/** What tells nobody anything, whoever asks. */
const blind: Expectation = { ...change, owner: 'as unknown' };
/** Reading everybody's. */
const administer: Expectation = {
  ...outside,
  owner: 'FORBIDDEN',
  'another user': 'FORBIDDEN',
  'read-only key': 'FORBIDDEN',
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

/**
 * Every place that takes an id, a cursor, a key or a link, and who may name what is another's there. A place that is missing
 * here fails the matrix. Null: a place that names nothing which the server has.
 */
export const samples: Readonly<Record<string, Sample | null>> = {
  'Query.node(id)': { takes: ['generation', 'image', 'user'], may: read },
  'Query.nodes(ids)': { takes: ['generation', 'image', 'user'], may: read },
  'Query.generation(id)': { takes: ['generation'], may: read },
  'Query.generations(after)': { takes: ['cursor'], may: list, others: page },
  'Query.generations(before)': { takes: ['cursor'], may: list, others: page },
  'Query.generations(where.user)': { takes: ['user'], may: administer, others: page },
  'Query.images(after)': { takes: ['image cursor'], may: list, others: page },
  'Query.images(before)': { takes: ['image cursor'], may: list, others: page },
  'Query.images(where.user)': { takes: ['user'], may: administer, others: page },
  'Query.users(after)': { takes: ['user cursor'], may: administer, others: page },
  'Query.users(before)': { takes: ['user cursor'], may: administer, others: page },
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
  'Subscription.generationProgress(id)': { takes: ['generation'], may: read },
};
