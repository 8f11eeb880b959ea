import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';

let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom();
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const two = /* GraphQL */ `
  mutation Two($first: GenerateImageInput!, $second: GenerateImageInput!) {
    first: generateImage(input: $first) { ...answer }
    second: generateImage(input: $second) { ...answer }
  }
  fragment answer on GenerateImageResult {
    __typename
    ... on GenerateImageSuccess { generation { id } }
    ... on UserError { message }
  }
`;

test('a second mutation that is refused leaves the first its id', async () => {
  const { first, second } = await darkroom.client.query(two, { first: { prompt: 'a cat' }, second: { prompt: '' } });
  expect(first).toMatchObject({ __typename: 'GenerateImageSuccess', generation: { id: expect.any(String) } });
  expect(second).toEqual({ __typename: 'InvalidInput', message: 'The prompt is empty.' });
});

test('a second mutation that fails unexpectedly leaves the first its id', async () => {
  const { pool } = darkroom.database;
  await pool.query(`ALTER TABLE "Prompt" ADD CONSTRAINT test_no_dogs CHECK (text <> 'a dog')`);
  const variables = { first: { prompt: 'a cat' }, second: { prompt: 'a dog' } };
  const { data, errors } = await darkroom.client.ask(two, variables);
  expect(data).toEqual({
    first: { __typename: 'GenerateImageSuccess', generation: { id: expect.any(String) } },
    second: null,
  });
  expect(errors).toMatchObject([{ message: 'Unexpected error.', path: ['second'] }]);
  const { generation } = await darkroom.client.query(
    'query ($id: ID!) { generation(id: $id) { prompt } }',
    data.first.generation,
  );
  expect(generation).toEqual({ prompt: 'a cat' });
});

test('the first fails and the second is still accepted, in the order of the document', async () => {
  const { first, second } = await darkroom.client.query(two, { first: { prompt: ' ' }, second: { prompt: 'a cat' } });
  expect([first.__typename, second.__typename]).toEqual(['InvalidInput', 'GenerateImageSuccess']);
});
