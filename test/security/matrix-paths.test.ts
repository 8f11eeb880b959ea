import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { blankPicture } from '../support/blank-provider.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { uploadAs } from '../support/multipart.ts';
import { type Actor, toScopes } from './support/actors.ts';
import { type Caller, createCaller, transports } from './support/callers.ts';
import { toQuestion } from './support/generated-documents.ts';
import { findPlaces, type Place } from './support/places.ts';
import { type Kind, type Sample, toSamples } from './support/samples.ts';
import { type Stock, stockUp } from './support/stock.ts';

let stock: Stock;
const callers = new Map<Actor, Caller>();
const asking = ['owner', 'read-only key', 'administrator', 'another user'] as const;

beforeAll(async () => {
  stock = await stockUp();
  const url = `${stock.darkroom.url}/graphql`;
  for (const actor of asking) callers.set(actor, createCaller({ url, headers: stock.credentials[actor] }));
});
afterAll(async () => {
  vi.restoreAllMocks();
  for (const caller of callers.values()) await caller[Symbol.asyncDispose]();
  await stock[Symbol.asyncDispose]();
});

function as(actor: Actor): Caller {
  const caller = callers.get(actor);
  if (caller === undefined) throw new Error(`${actor} does not ask.`);
  return caller;
}

describe('aliases, lists and nested paths to what is another’s', () => {
  const everything = /* GraphQL */ `
    query Everything($generation: ID!, $image: ID!, $user: ID!, $own: ID!) {
      a: generation(id: $generation) { ...made }
      b: node(id: $generation) { ...made }
      c: node(id: $image) { id ... on Image { permalink link { href } dataUrl generation { ...made } parents { id } } }
      d: node(id: $user) { id ... on User { name email } }
      e: nodes(ids: [$generation, $image, $user, $generation]) { id ...made }
      f: node(id: $image) { ... on Image { usedBy { edges { node { ...made } } } } }
      own: generation(id: $own) {
        user { email } retryOf { ...made } images { generation { id } usedBy { edges { node { id } } } parents { id } }
        inputs { image { id } } progress { generation { id } }
      }
    }
    fragment made on Generation { id prompt user { id } images { id permalink } retryOf { id } events { message } }
  `;
  const nothing = { a: null, b: null, c: null, d: null, e: [null, null, null, null], f: null };

  test.for(transports)('are empty over %s', async (transport, { task }) => {
    task.meta.attempts = 9;
    const { generation, image, user } = stock.targets;
    const own = stock.own['another user'] ?? '';
    const variables = { generation: generation.theirs, image: image.theirs, user: user.theirs, own };
    const { data, errors } = await as('another user').ask(transport, { document: everything, variables });
    expect(errors).toBeUndefined();
    const { own: mine, ...others } = data;
    expect(others).toEqual(nothing);
    expect(mine.images).toEqual([{ generation: { id: own }, usedBy: { edges: [] }, parents: [] }]);
  });
});

describe('cursors that were tampered with', () => {
  const places = findPlaces(schema).filter(({ name }) => kindOf(name).endsWith('cursor'));

  test.for(places.map((place) => [place.name, place] as const))('%s', async ([name, place], { task }) => {
    const actor = toSamples(name)[0]?.may.owner === 'theirs' ? 'owner' : 'administrator';
    const { theirs } = stock.targets[kindOf(name) as 'cursor'];
    const altered = [theirs.slice(1), `${theirs}A`, `${theirs}=`, '', stock.targets.generation.theirs, "' OR 1=1 --"];
    const asked = altered.flatMap((cursor) => transports.map((transport) => ({ cursor, transport })));
    task.meta.attempts = asked.length;
    await Promise.all(
      asked.map(async ({ cursor, transport }) => {
        const { errors } = await as(actor).ask(transport, toAsked(place, cursor));
        const error = {
          message: 'This cursor was not given out by this server.',
          extensions: { code: 'BAD_USER_INPUT' },
        };
        expect(errors).toMatchObject([error]);
      }),
    );
  });
});

describe('the time that a refusal takes', () => {
  const places = findPlaces(schema).filter(({ name }) =>
    ['generation', 'image', 'user', 'API key'].includes(kindOf(name)),
  );
  const looking = places.filter(({ name }) => toSamples(name)[0]?.may['another user'] === 'as unknown');

  test.for(looking.map((place) => [place.name, place] as const))(
    'is that of the same statements for what is another’s, unknown and malformed: %s',
    async ([name, place], { task }) => {
      const kind = kindOf(name) as 'generation';
      const { theirs, unknown } = stock.targets[kind];
      const malformed = Buffer.from(`${toKey(theirs).typename}:no-key`).toString('base64url');
      const asked = [theirs, unknown, malformed, 'nothing'];
      task.meta.attempts = asked.length;
      const statements = [];
      for (const value of asked) statements.push(await recordStatements(place, value));
      if (toSamples(name)[0]?.unseen !== true) expect(statements[0]).not.toEqual([]);
      for (const others of statements.slice(1)) expect(others).toEqual(statements[0]);
    },
  );
});

/** The statements that were given the key of this id; the nil UUID stands for what is none. */
async function recordStatements(place: Place, value: string): Promise<readonly string[]> {
  const transport = place.type.name === 'Subscription' ? 'SSE' : 'HTTP';
  const keys = [toKey(value).key, '00000000-0000-0000-0000-000000000000'];
  const spy = vi.spyOn(pg.Client.prototype, 'query');
  await as('another user').ask(transport, toAsked(place, value));
  const calls = spy.mock.calls as unknown as readonly (readonly unknown[])[];
  const told = calls.filter((call) => keys.some((key) => key !== '' && JSON.stringify(call.slice(0, 2)).includes(key)));
  spy.mockRestore();
  return told.map(([query]) => (typeof query === 'string' ? query : (query as { readonly text: string }).text));
}

describe('permalinks and signed links', () => {
  const variants = ['original', 'preview', 'thumbnail'] as const;
  let proxy: Darkroom;
  beforeAll(async () => {
    const config = {
      ...stock.darkroom.config,
      IMAGE_DELIVERY: 'proxy',
      LINK_SECRET: 'a secret for links, of many words',
    } as const;
    proxy = await startDarkroom({ identity: 'configured', beside: stock.darkroom, role: 'api', config });
  });
  afterAll(() => proxy[Symbol.asyncDispose]());

  test.for([
    ['owner', 302],
    ['read-only key', 302],
    ['administrator', 302],
    ['another user', 404],
    ['generate-only key', 403],
    ['nobody', 401],
    ['revoked key', 401],
    ['expired key', 401],
  ] as const)(
    'a permalink asked for by %s is answered with %i, wherever pictures come from',
    async ([actor, status], { task }) => {
      task.meta.attempts = status === 302 ? 0 : 2 * variants.length;
      const { theirs, unknown } = stock.targets.permalink;
      for (const url of [stock.darkroom.url, proxy.url]) {
        for (const variant of variants) {
          const links = [theirs, unknown].map((link) => toLink(link, { url, variant }));
          const [answer, control] = await Promise.all(links.map((link) => openLink(link, actor)));
          expect(answer?.status).toBe(status);
          if (status === 302) expect(control?.status).toBe(404);
          else expect(answer).toEqual(control);
        }
      }
    },
  );

  test.for(['another user', 'nobody', 'revoked key', 'expired key', 'generate-only key'] as const)(
    'a signed file is for whoever has its link, and without its signature for nobody: %s',
    async (actor, { task }) => {
      task.meta.attempts = 4;
      const link = toLink(stock.targets.permalink.theirs, { url: proxy.url, variant: 'original' });
      const file = new URL((await openLink(link, 'owner')).location ?? '', proxy.url).href;
      expect(file).toMatch(/^http:\/\/[^/]+\/files\/[\w-]+\.[\w-]{43}$/);
      expect((await openLink(file, actor)).status).toBe(200);
      const [claim = '', signature = ''] = file.split(/\.(?=[\w-]{43}$)/);
      const nothing = await openLink(`${proxy.url}/files/nothing`, actor);
      const altered = [claim, `${claim}.`, `${claim}.${'A'.repeat(43)}`, `${claim.slice(0, -4)}AAAA.${signature}`];
      expect(nothing.status).toBe(404);
      for (const other of altered) expect(await openLink(other, actor), other).toEqual(nothing);
    },
  );

  test('a signed link opens one picture: with another’s name, another time, or encoded twice it opens nothing', async ({
    task,
  }) => {
    task.meta.attempts = 4;
    const mine = await uploadAs(
      { url: `${stock.darkroom.url}/graphql`, headers: stock.credentials['another user'] },
      await blankPicture(80, 80),
    );
    const href: string = mine.image.link.href;
    const document = 'query ($id: ID!) { node(id: $id) { ... on Image { link { href } } } }';
    const variables = { id: stock.targets.image.theirs };
    const { data } = await as('owner').ask('HTTP', { document, variables });
    const theirs = new URL(data.node.link.href);
    const own = new URL(href);
    expect((await fetch(own)).status).toBe(200);
    const altered = [
      `${theirs.origin}${theirs.pathname}${own.search}`,
      href.replace(/([?&]se=)\d{4}/, '$12099'),
      href.replace(own.search, `?${encodeURIComponent(own.search.slice(1))}`),
      `${theirs.origin}${theirs.pathname}`,
    ];
    for (const link of altered) expect((await fetch(link)).status, link).toBeGreaterThanOrEqual(403);
    expect(new Set(altered).has(href)).toBe(false);
  });
});

interface LinkChange {
  readonly url: string;
  readonly variant: string;
}

/** The permalink of another variant, at another server. */
function toLink(link: string, { url, variant }: LinkChange): string {
  return link.replace(stock.darkroom.url, url).replace('original', variant);
}

async function openLink(link: string, actor: Actor) {
  const response = await fetch(link, { headers: stock.credentials[actor], redirect: 'manual' });
  const headers = [...response.headers].filter(([name]) => !/^(date|x-request-id)$/.test(name));
  const { status } = response;
  return { status, headers, location: response.headers.get('location'), body: await response.text() };
}

function kindOf(name: string): Kind | '' {
  return toSamples(name)[0]?.takes[0] ?? '';
}

function toAsked(place: Place, value: string) {
  const { others = {}, ofOwn }: Partial<Sample> = toSamples(place.name)[0] ?? {};
  const own = ofOwn === undefined ? {} : { [ofOwn]: stock.own['another user'] };
  const [parentId, scopes] = [stock.targets.image.theirs, toScopes('owner')];
  return toQuestion(schema, { place, value, others: { ...others, ...own }, parentId, scopes });
}

function toKey(globalId: string): { readonly typename: string; readonly key: string } {
  const [typename = '', key = ''] = Buffer.from(globalId, 'base64url').toString().split(':');
  return { typename, key };
}
