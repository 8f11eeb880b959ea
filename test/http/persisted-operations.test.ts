import { hash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPersistedOperations } from '../../src/http/persisted-operations.ts';
import { createTemporaryDirectory } from '../embedded/owner.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { openRawSocket } from '../support/raw-socket.ts';

const viewer = 'query Viewer { viewer { id } }';
const sha256 = hash('sha256', viewer);
const unknown = '{ viewer { id } }';
const resources = new AsyncDisposableStack();
let darkroom: Darkroom;
let file: string;
beforeAll(async () => {
  file = join(resources.use(await createTemporaryDirectory()).path, 'operations.json');
  await writeFile(file, JSON.stringify([viewer]));
  darkroom = resources.use(await startDarkroom({ config: { PERSISTED_OPERATIONS: file } }));
});
afterAll(() => resources.disposeAsync());

async function post(body: object) {
  const { url, headers } = darkroom.client;
  const sent = { ...headers, 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers: sent, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

test.each([
  ['its text', { query: viewer }],
  ['its id', { documentId: sha256 }],
  ['its id with a prefix', { documentId: `sha256:${sha256}` }],
  ['its hash', { extensions: { persistedQuery: { version: 1, sha256Hash: sha256 } } }],
])('a persisted operation is run by %s', async (_, body) => {
  expect(await post(body)).toMatchObject({ status: 200, body: { data: { viewer: { id: expect.any(String) } } } });
});

test.each([
  ['another document', { query: unknown }],
  ['another document with the hash of a persisted one', { query: unknown, documentId: sha256 }],
  ['an id that there is not', { documentId: 'a'.repeat(64) }],
  ['an id that is no text', { documentId: [sha256] }],
  ['a hash that is no text', { extensions: { persistedQuery: { sha256Hash: 7 } } }],
  ['nothing', {}],
  ['a name of every object', { documentId: 'constructor' }],
])('%s is refused', async (_, body) => {
  const { status, body: answer } = await post(body);
  expect(status).toBe(400);
  expect(answer).toMatchObject({ errors: [{ extensions: { code: 'PERSISTED_OPERATION_NOT_FOUND' } }] });
  expect(answer).not.toHaveProperty('data');
});

test('by GET the same holds', async () => {
  const { url, headers } = darkroom.client;
  const ask = (query: Record<string, string>) =>
    fetch(`${url}?${new URLSearchParams(query)}`, { headers: { ...headers, accept: 'application/json' } });
  expect((await ask({ query: viewer })).status).toBe(200);
  expect((await ask({ query: unknown })).status).toBe(400);
});

test('over a socket the same holds', async () => {
  const { subscribe, send, answer, close } = await openRawSocket(darkroom.client);
  subscribe('1', viewer);
  expect(await answer('1')).toHaveProperty('data.viewer.id');
  const extensions = { persistedQuery: { sha256Hash: sha256 } };
  send({ type: 'subscribe', id: '2', payload: { query: '', extensions } });
  expect(await answer('2')).toHaveProperty('data.viewer.id');
  subscribe('3', unknown);
  expect(await answer('3')).toMatchObject({ errors: [{ extensions: { code: 'PERSISTED_OPERATION_NOT_FOUND' } }] });
  await close();
});

test('the file may have them by their hashes, and nothing else is taken for one', async () => {
  const read = async (content: string) => {
    await writeFile(file, content);
    return readPersistedOperations(file);
  };
  expect(await read(JSON.stringify({ [sha256]: viewer }))).toEqual(new Map([[sha256, viewer]]));
  await expect(read(JSON.stringify({ [sha256]: unknown }))).rejects.toThrow('is not the SHA-256 of its document');
  await expect(read('{"a":7}')).rejects.toThrow();
  await expect(read('[')).rejects.toThrow();
});
