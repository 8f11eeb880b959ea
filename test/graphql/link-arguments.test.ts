import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { generate } from '../support/documents.ts';

let darkroom: Darkroom;
let id: string;
beforeAll(async () => {
  darkroom = await startDarkroom();
  const { generateImage } = await darkroom.client.query(generate, { input: { prompt: 'a cat' }, waitSeconds: 20 });
  id = generateImage.generation.images[0].id;
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const link = /* GraphQL */ `
  query Link($id: ID!, $minimumSeconds: Int!) {
    node(id: $id) { ... on Image { link(minimumSeconds: $minimumSeconds) { href expiresAt } } }
  }
`;

test.each([0, -1, 604_801, -2_147_483_648, 2_147_483_647])(
  'a link for %d seconds is refused',
  async (minimumSeconds) => {
    const { data, errors } = await darkroom.client.ask(link, { id, minimumSeconds });
    expect(data).toEqual({ node: null });
    const error = { message: '“minimumSeconds” must be 1 to 604800.', path: ['node', 'link'] };
    expect(errors).toEqual([expect.objectContaining({ ...error, extensions: { code: 'BAD_USER_INPUT' } })]);
  },
);

test.each([1, 604_800])('a link for %d seconds works at least that long', async (minimumSeconds) => {
  const asked = Date.now();
  const { node } = await darkroom.client.query(link, { id, minimumSeconds });
  expect(Date.parse(node.link.expiresAt)).toBeGreaterThanOrEqual(asked + minimumSeconds * 1000);
  const response = await fetch(node.link.href);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('image/png');
  await response.arrayBuffer();
});
