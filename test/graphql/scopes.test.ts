import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Credentials, Identity } from '../../src/accounts/identity.ts';
import type { Scope, Viewer } from '../../src/accounts/viewer.ts';
import type { Database } from '../../src/database/database.ts';
import { createTestIdentity, type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { cancel, follow, generate } from '../support/documents.ts';
import { collect } from '../support/generations.ts';

let darkroom: Darkroom;
/** Alice's, with two more of her own. */
let id: string;
beforeAll(async () => {
  darkroom = await startDarkroom({ identity: createScopedIdentity });
  for (const prompt of ['one', 'two', 'three']) id = (await make('alice', prompt)).id;
});
afterAll(() => darkroom[Symbol.asyncDispose]());

/** `alice READ` is a key of alice's that may only read; `ADMIN` makes an administrator of somebody. */
function createScopedIdentity(database: Database): Identity {
  const { authenticate, findUnwelcome } = createTestIdentity(database);
  return {
    findUnwelcome,
    async authenticate({ authorization = '' }: Credentials): Promise<Viewer> {
      const [scheme, name, ...rights] = authorization.split(' ');
      const viewer = await authenticate({ authorization: `${scheme} ${name}` });
      const scopes = rights.filter((right) => right !== 'ADMIN') as Scope[];
      const role = rights.includes('ADMIN') ? 'ADMIN' : 'USER';
      return { ...viewer, role, scopes: scopes.length > 0 ? new Set(scopes) : viewer.scopes };
    },
  };
}

async function make(user: string, prompt: string): Promise<{ readonly id: string; readonly status: string }> {
  const { generateImage } = await darkroom.as(user).query(generate, { input: { prompt }, waitSeconds: 30 });
  expect(generateImage).toMatchObject({ generation: { status: 'SUCCEEDED', images: [{ width: 64 }] } });
  return generateImage.generation;
}

function forbid(sentence: string, field: string) {
  return [expect.objectContaining({ message: sentence, path: [field], extensions: { code: 'FORBIDDEN' } })];
}

const list = '{ generations { edges { node { id } } } }';

test('a key that may only generate gets its pictures from the result, and cannot look through the history', async () => {
  const maker = darkroom.as('alice GENERATE');
  const { id: made } = await make('alice GENERATE', 'by a program');
  const needsRead = 'This needs the scope READ.';
  expect(await maker.ask(list)).toEqual({ data: { generations: null }, errors: forbid(needsRead, 'generations') });
  const one = await maker.ask('query ($id: ID!) { node(id: $id) { id } }', { id: made });
  expect(one).toEqual({ data: { node: null }, errors: forbid(needsRead, 'node') });
  const document = `mutation ($id: ID!) { cancelGeneration(id: $id) { ... on CancelGenerationSuccess {
    generation { images { id usedBy { edges { node { id } } } } } } } }`;
  const { errors } = await maker.ask(document, { id: made });
  expect(errors).toMatchObject([{ message: needsRead, extensions: { code: 'FORBIDDEN' } }]);
  expect(await maker.query('{ models { slug } }')).toMatchObject({ models: [{ slug: 'blank/blank' }] });
});

test('a key that may only read reads all and follows, and starts and stops nothing', async () => {
  const reader = darkroom.as('alice READ');
  const { generations } = await reader.query(list);
  expect(generations.edges.map((edge: { node: { id: string } }) => edge.node.id)).toContain(id);
  expect(await collect(reader.subscribe(follow, { id }))).toHaveLength(1);
  const needsGenerate = 'This needs the scope GENERATE.';
  const started = await reader.ask(generate, { input: { prompt: 'no' } });
  expect(started).toEqual({ data: { generateImage: null }, errors: forbid(needsGenerate, 'generateImage') });
  const stopped = await reader.ask(cancel, { id });
  expect(stopped).toEqual({ data: { cancelGeneration: null }, errors: forbid(needsGenerate, 'cancelGeneration') });
});

test('who may not read is refused when subscribing, over WebSocket and SSE, and leaves no mailbox behind', async () => {
  const maker = darkroom.as('alice GENERATE');
  for (const subscribe of [maker.subscribe, maker.subscribeSse]) {
    const events = await Array.fromAsync(subscribe(follow, { id }));
    expect(events).toEqual([{ errors: forbid('This needs the scope READ.', 'generationProgress') }]);
  }
  expect(darkroom.app.hub.mailboxCount).toBe(0);
});

test('an administrator reads everybody’s by id and in lists, follows it, and sees their own list where nobody is named', async () => {
  const administrator = darkroom.as('root ADMIN');
  expect(await administrator.query(list)).toEqual({ generations: { edges: [] } });
  const { viewer } = await darkroom.as('alice').query('{ viewer { id } }');
  const document = `query ($user: ID!, $id: ID!) {
    generations(where: { user: $user, text: "two or three" }) { edges { node { prompt user { id } } } }
    images(first: 2, where: { user: $user }) { edges { node { generation { id } } } }
    generation(id: $id) { id progress { status } }
    users { edges { node { id } } }
  }`;
  const answer = await administrator.query(document, { user: viewer.id, id });
  expect(answer.generation).toEqual({ id, progress: { status: 'SUCCEEDED' } });
  const found = ['three', 'two'].map((prompt) => ({ node: { prompt, user: { id: viewer.id } } }));
  expect(answer.generations.edges).toEqual(found);
  expect(answer.images.edges).toHaveLength(2);
  expect(answer.users.edges).toContainEqual({ node: { id: viewer.id } });
  expect(await collect(administrator.subscribe(follow, { id }))).toMatchObject([{ status: 'SUCCEEDED' }]);
});

test('an administrator finds users by their address, and changes nothing of theirs', async () => {
  const email = 'bob_%@example.com';
  const data = { id: crypto.randomUUID(), issuer: 'test', subject: 'bob', email };
  await darkroom.database.prisma.user.create({ data });
  const administrator = darkroom.as('root ADMIN');
  const document = 'query ($email: String!) { users(where: { email: $email }) { edges { node { email } } } }';
  expect(await administrator.query(document, { email })).toEqual({ users: { edges: [{ node: { email } }] } });
  expect(await administrator.query(document, { email: 'bob_%' })).toEqual({ users: { edges: [] } });
  expect((await administrator.ask(document, { email: '\0' })).errors).toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT' } },
  ]);
  expect(await administrator.query(cancel, { id })).toMatchObject({ cancelGeneration: { __typename: 'NotFound' } });
});

test('an administrator’s key without MANAGE is a key like any other', async () => {
  const program = darkroom.as('root ADMIN READ GENERATE');
  expect(await program.query('query ($id: ID!) { generation(id: $id) { id } }', { id })).toEqual({ generation: null });
  const needsAdmin = 'This needs the role ADMIN and the scope MANAGE.';
  const { viewer } = await program.query('{ viewer { id } }');
  const document = 'query ($user: ID!) { generations(where: { user: $user }) { edges { cursor } } }';
  const named = await program.ask(document, { user: viewer.id });
  expect(named).toEqual({ data: { generations: null }, errors: forbid(needsAdmin, 'generations') });
  const users = await program.ask('{ users { edges { cursor } } }');
  expect(users).toEqual({ data: { users: null }, errors: forbid(needsAdmin, 'users') });
});
