import { type Audit, serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';

let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom();
});
afterAll(() => darkroom[Symbol.asyncDispose]());

/** The audits of the GraphQL-over-HTTP specification, by name. The address is known once the server listens. */
const audits: readonly Audit[] = serverAudits({ url: () => `${darkroom.url}/graphql` });

test('there are as many audits as ever', () => {
  expect(audits.length).toBeGreaterThanOrEqual(61);
});

test.each(audits.map(({ id, name }, index) => ({ id, name, index })))('$id: $name', async ({ index }) => {
  const result = await audits[index]?.fn();
  expect(result).toMatchObject({ status: 'ok' });
});
