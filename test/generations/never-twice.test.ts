import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createScriptedProvider } from '../support/blank-provider.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { follow, generate } from '../support/documents.ts';

let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom({ role: 'api' });
});
afterAll(() => darkroom[Symbol.asyncDispose]());

test('a call that was cut off is not made again where it may be paid twice', async () => {
  const { generateImage } = await darkroom.client.query(generate, { input: { prompt: 'paid by the picture' } });
  const { id } = generateImage.generation;
  await cutOffAttempt(darkroom);
  const call = vi.fn();
  const provider = createScriptedProvider(async function* () {
    call();
    yield* [];
  });
  await using _worker = await startDarkroom({
    role: 'worker',
    beside: darkroom,
    providers: [{ ...provider, repeatable: false }],
  });
  for await (const { data } of darkroom.client.subscribe(follow, { id }))
    expect(data.generationProgress.sequence).toBeGreaterThan(0);
  const { generation } = await darkroom.client.query(
    'query ($id: ID!) { generation(id: $id) { status failure { code retryable } attempts { number outcome } } }',
    { id },
  );
  expect(generation).toEqual({
    status: 'FAILED',
    failure: { code: 'OUTCOME_UNKNOWN', retryable: true },
    attempts: [{ number: 1, outcome: 'UNKNOWN' }],
  });
  expect(call).not.toHaveBeenCalled();
});

/** As a worker leaves it that was killed while the provider was at work. */
async function cutOffAttempt({ database }: Darkroom): Promise<void> {
  await database.pool.query(`UPDATE "Generation" SET status = 'RUNNING', "startedAt" = now()`);
  await database.pool.query(
    `INSERT INTO "Attempt" ("generationId", number, kind, provider, model, outcome, "startedAt")
     SELECT id, 1, 'GENERATE', provider, "modelSlug", 'RUNNING', now() FROM "Generation"`,
  );
}
