import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { generate } from '../support/documents.ts';
import { type Actor, actors, isOwners, toScopes, toUserId } from './support/actors.ts';
import { type Caller, createCaller, type DoorAnswer, type Transport, transports } from './support/callers.ts';
import { toQuestion } from './support/generated-documents.ts';
import { findPlaces, type Place } from './support/places.ts';
import { input, type Kind, type Sample, samples, toSamples } from './support/samples.ts';
import { findSpare, type Stock, stockUp, type Target } from './support/stock.ts';

// Everything that takes an id, a cursor, a key or a link, by everybody, over everything: found in the schema, not written down.

let stock: Stock;
const callers = new Map<Actor, Caller>();

beforeAll(async () => {
  stock = await stockUp();
  const url = `${stock.darkroom.url}/graphql`;
  for (const actor of actors) callers.set(actor, createCaller({ url, headers: stock.credentials[actor] }));
});
afterAll(async () => {
  for (const caller of callers.values()) await caller[Symbol.asyncDispose]();
  await stock[Symbol.asyncDispose]();
});

const places = findPlaces(schema);

test('every place that takes an id, a cursor, a key or a link has a line in the table, and no line is of the past', () => {
  expect(places.length).toBeGreaterThan(20);
  expect(places.map(({ name }) => name).sort()).toEqual(Object.keys(samples).sort());
});

interface Case {
  readonly place: Place;
  readonly sample: Sample;
  readonly kind: Kind;
}

const cases = places.flatMap((place) =>
  toSamples(place.name).flatMap((sample) => sample.takes.map((kind): Case => ({ place, sample, kind }))),
);
const attempts = cases.flatMap((one) => {
  const named = actors.map((actor) => ({ ...one, actor, outcome: one.sample.may[actor] }));
  const asked = named.filter(({ outcome }) => outcome !== 'elsewhere');
  return asked.map((attempt) => [`${one.place.name} with a ${one.kind} by ${attempt.actor}`, attempt] as const);
});

interface Attempt extends Case {
  readonly actor: Actor;
  readonly outcome: Sample['may'][Actor];
}

describe('what is another’s', () => {
  test.for(attempts.filter(([, { outcome }]) => outcome !== 'theirs'))('%s', async ([, attempt], { task }) => {
    const targets = await findTargets(attempt);
    task.meta.attempts = targets.length;
    const before = await countRowsOfOwner();
    const texts = await Promise.all(targets.map((target) => askRefused(attempt, target)));
    // What is made with a link that leads nowhere is one's own.
    if (isOwners(attempt.actor) && !/FORBIDDEN|UNAUTHENTICATED/.test(attempt.outcome)) return;
    const marks = await findMarks('owner');
    expect(marks.filter((mark) => texts.some((text) => text.includes(mark)))).toEqual([]);
    expect(await countRowsOfOwner()).toEqual(before);
  });
});

describe('what is one’s own, and what administrators may', () => {
  test.for(attempts.filter(([, { outcome }]) => outcome === 'theirs'))('%s', async ([, attempt], { task }) => {
    // Nobody is kept from anything here.
    task.meta.attempts = 0;
    const targets = await findTargets(attempt);
    const marks = await findMarks(attempt.actor);
    await Promise.all(
      targets.map(async ({ transport, theirs }) => {
        const answer = await ask(attempt, transport, theirs);
        expect(answer.errors).toBeUndefined();
        if (attempt.place.type.name === 'Mutation') {
          expect(typenameOf(answer)).toMatch(/Success$|^IdempotencyConflict$/);
          if (namesNothing.test(typenameOf(answer))) return;
        }
        const text = JSON.stringify(answer);
        expect(
          [theirs, ...marks].some((mark) => text.includes(mark)),
          text,
        ).toBe(true);
      }),
    );
  });
});

/** Answers in which there is no id. */
const namesNothing = /^SetQuotaSuccess$/;

interface AskedTarget extends Target {
  readonly transport: Transport;
}

/** What is asked for over each transport; a subscription has no plain answer. */
function findTargets(attempt: Attempt): Promise<readonly AskedTarget[]> {
  const asked = transports.filter((transport) => transport !== 'HTTP' || attempt.place.type.name !== 'Subscription');
  return Promise.all(asked.map(async (transport) => ({ transport, ...(await findTarget(attempt, transport)) })));
}

/** What names something of another's is answered as what names nothing is, byte for byte. */
async function askRefused(attempt: Attempt, { transport, theirs, unknown }: AskedTarget): Promise<string> {
  const answer = await ask(attempt, transport, theirs);
  const text = toText(answer, theirs, attempt);
  const { outcome } = attempt;
  // That there is such a thing of one's own is no secret.
  if (outcome !== 'withheld') expect(text).toBe(toText(await ask(attempt, transport, unknown), unknown, attempt));
  if (outcome === 'as unknown') {
    expect(codeOf(answer)).not.toMatch(/FORBIDDEN|UNAUTHENTICATED|INTERNAL|COMPLEX/);
  } else {
    expect(codeOf(answer)).toBe(outcome === 'withheld' ? 'FORBIDDEN' : outcome);
    expect(
      Object.values(answer.data ?? {})
        .flat()
        .filter((value) => value !== null),
    ).toEqual([]);
  }
  if (outcome === 'UNAUTHENTICATED') expect(answer.status).toBe(transport === 'WebSocket' ? 4403 : 401);
  return text;
}

async function ask({ actor, place, sample }: Attempt, transport: Transport, value: string): Promise<DoorAnswer> {
  const caller = callers.get(actor);
  if (caller === undefined) throw new Error(`${actor} does not ask.`);
  const own = sample.ofOwn === undefined ? {} : { [sample.ofOwn]: stock.own[actor] ?? stock.targets.generation.theirs };
  const parentId = stock.targets.image.theirs;
  return caller.ask(
    transport,
    toQuestion(schema, { place, value, others: { ...sample.others, ...own }, parentId, scopes: toScopes(actor) }),
  );
}

async function findTarget({ actor, kind, place, sample }: Attempt, transport: Transport): Promise<Target> {
  if (kind === 'key') return takeKey(`${place.name} over ${transport}`);
  const index = sample.spends === true ? findSpare(actor, transport) : undefined;
  const spare =
    index === undefined || (kind !== 'generation' && kind !== 'image') ? undefined : stock.spare[kind][index];
  return spare === undefined ? stock.targets[kind] : { theirs: spare, unknown: spare };
}

/** Somebody else's key is as good as a new one: it is the asker's afterwards, so that each is asked with once. */
async function takeKey(theirs: string): Promise<Target> {
  const document = generate.replace('waitSeconds: $waitSeconds', 'waitSeconds: $waitSeconds, idempotencyKey: $key');
  const question = {
    document: document.replace('$waitSeconds: Int! = 0', '$waitSeconds: Int! = 0, $key: String'),
    variables: { input, key: theirs },
  };
  await callers.get('owner')?.ask('HTTP', question);
  return { theirs, unknown: randomUUID() };
}

/** A mutation that makes something tells its new id, which is another one each time. */
function toText(answer: DoorAnswer, asked: string, { place }: Attempt): string {
  const isNew = place.type.name === 'Mutation';
  const text = JSON.stringify(answer, (key, value) =>
    isNew && /^(.+_)?(id|permalink)$|Id$/.test(key) && value !== asked ? '<new>' : value,
  );
  return text.replaceAll(asked, '<asked>');
}

/** The ids of what is this actor's; for administrators, of what is anybody else's. */
async function findMarks(actor: Actor): Promise<readonly string[]> {
  const whose = actor === 'administrator' ? { not: toUserId(4) } : toUserId(2);
  const { prisma } = stock.darkroom.database;
  const select = { id: true } as const;
  const [users, generations, images, keys] = await Promise.all([
    prisma.user.findMany({ where: { id: whose }, select }),
    prisma.generation.findMany({ where: { userId: whose }, select }),
    prisma.image.findMany({ where: { userId: whose }, select }),
    prisma.apiKey.findMany({ where: { userId: whose }, select }),
  ]);
  const made = [...toMarks('Generation', generations), ...toMarks('Image', images)];
  return [...toMarks('User', users), ...made, ...toMarks('ApiKey', keys)];
}

function toMarks(typename: string, rows: readonly { readonly id: string }[]): readonly string[] {
  return rows.map(({ id }) => Buffer.from(`${typename}:${id}`).toString('base64url'));
}

function codeOf({ errors }: DoorAnswer): string {
  return String(errors?.[0]?.extensions?.code ?? '');
}

function typenameOf({ data }: DoorAnswer): string {
  return (Object.values(data)[0] as { readonly __typename: string }).__typename;
}

async function countRowsOfOwner(): Promise<object> {
  const { prisma } = stock.darkroom.database;
  const where = { userId: toUserId(2) };
  const statuses = await prisma.generation.groupBy({ by: ['status'], where, _count: true, orderBy: { status: 'asc' } });
  const keys = await prisma.apiKey.count({ where: { ...where, revokedAt: null } });
  return { statuses, keys, images: await prisma.image.count({ where }) };
}
