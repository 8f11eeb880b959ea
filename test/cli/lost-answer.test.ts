import { afterAll, beforeAll, expect, test } from 'vitest';
import { CliError } from '../../src/cli/cli-error.ts';
import { createClient } from '../../src/cli/client.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { type Standin, startStandin } from '../support/standins/standin.ts';

let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom({ role: 'api' });
});
afterAll(() => darkroom[Symbol.asyncDispose]());

/** Passes requests on to the server, and loses the first answers. */
function startForgetfulProxy(lostAnswers: number): Promise<Standin> {
  let requests = 0;
  return startStandin(async ({ path, body }, response) => {
    requests += 1;
    const isLost = requests <= lostAnswers;
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    const answer = await fetch(`${darkroom.url}${path}`, { method: 'POST', headers, body: new Uint8Array(body) });
    const text = await answer.text();
    if (isLost) response.destroy();
    else response.end(text);
  });
}

const countGenerations = () => darkroom.database.prisma.generation.count();

test('a request whose answer was lost is sent again under the same key, and makes one generation', async () => {
  await using proxy = await startForgetfulProxy(2);
  const before = await countGenerations();
  const id = await createClient({ url: proxy.url }).generate({ input: { prompt: 'a cat' }, files: [] });
  const { generation } = await darkroom
    .as('nobody')
    .query('query ($id: ID!) { generation(id: $id) { prompt } }', { id });
  expect(generation).toEqual({ prompt: 'a cat' });
  expect(await countGenerations()).toBe(before + 1);
  expect(proxy.received).toHaveLength(3);
  expect(new Set(proxy.received.map(({ body }) => body.toString())).size).toBe(1);
});

test('two runs of the command are two generations', async () => {
  const client = createClient({ url: darkroom.url });
  const request = { input: { prompt: 'a cat' }, files: [] };
  expect(await client.generate(request)).not.toBe(await client.generate(request));
});

test('a server that never answers is given up on', async () => {
  await using proxy = await startForgetfulProxy(Number.POSITIVE_INFINITY);
  const given = createClient({ url: proxy.url }).generate({ input: { prompt: 'a cat' }, files: [] });
  await expect(given).rejects.toThrow(new CliError(`The server at ${proxy.url} does not answer.`));
  expect(proxy.received).toHaveLength(5);
});
