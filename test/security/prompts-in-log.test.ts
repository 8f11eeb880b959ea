import { expect, inject, test } from 'vitest';
import { createTemporaryDirectory } from '../embedded/owner.ts';
import { startServerProcess } from '../http/server-process.ts';
import { generate } from '../support/documents.ts';
import { startOpenAIStandin } from '../support/standins/openai.ts';
import { sendJson } from '../support/standins/standin.ts';
import { createTestContainerName, createTestDatabase } from '../support/test-database.ts';
import { findMarkers } from './support/find-markers.ts';

const canary = 'canary-in-the-coal-mine-5521';
const prompt = `A lake with a ${canary}`;
const call = /generations$/;
const model = 'openai/gpt-image-2';

test('no prompt stands in the log at its usual level, however the generation ends', { timeout: 120_000 }, async () => {
  await using openai = await startOpenAIStandin({ dialect: 'openai' });
  await using database = await createTestDatabase();
  await using directory = await createTemporaryDirectory();
  await using server = startServerProcess({
    directory: directory.path,
    environment: {
      DATABASE_URL: database.url,
      AZURE_STORAGE_CONNECTION_STRING: inject('storageConnectionString'),
      AZURE_STORAGE_CONTAINER: createTestContainerName(),
      OPENAI_API_KEY: 'key-of-this-test',
      OPENAI_BASE_URL: `${openai.url}/v1`,
      LOG_LEVEL: 'info',
      SHUTDOWN_SECONDS: '0',
    },
  });
  await server.ready;
  const { client } = server;
  const run = async (input: object) => {
    const { generateImage } = await client.query(generate, { input: { prompt, ...input }, waitSeconds: 60 });
    return generateImage.generation?.status ?? generateImage.__typename;
  };
  const refuse = (status: number, error: object) =>
    openai.interject(call, (_, response) => sendJson(response, status, { error }));

  expect(await run({ model: 'sketch/landscape', negativePrompt: `no ${canary}`, enhancePrompt: true })).toBe(
    'SUCCEEDED',
  );
  expect(await run({ model })).toBe('SUCCEEDED');
  refuse(400, { message: `Bad prompt: ${prompt}`, type: 'invalid_request_error', code: canary });
  expect(await run({ model })).toBe('FAILED');
  const moderated = { type: 'image_generation_user_error', code: 'moderation_blocked' };
  refuse(400, { message: `Refused: ${prompt}`, ...moderated, moderation_details: { categories: [canary] } });
  expect(await run({ model })).toBe('FAILED');
  expect(await run({ model, prompt: `${prompt} `.repeat(5_000) })).toBe('InvalidInput');
  const { errors } = await client.ask(
    `mutation { generateImage(input: { prompt: "${prompt}", nothing: 1 }) { __typename } }`,
  );
  expect(errors).toHaveLength(1);
  server.child.kill('SIGTERM');
  await server.ended;
  expect(server.stderr).toMatch(/"level":30/);
  expect(findMarkers(server.stderr.split('\n'), [canary])).toEqual([]);
});
