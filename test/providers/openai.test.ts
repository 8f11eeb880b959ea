import { afterAll, expect, test } from 'vitest';
import { findModel } from '../support/orders.ts';
import { startOpenAIStandin } from '../support/standins/openai.ts';
import { openai, openConnection, openStage, unstreamed } from './openai-fixtures.ts';
import { describeProvider } from './provider-contract.ts';

const connection = openConnection();
afterAll(() => connection[Symbol.asyncDispose]());

const subject = {
  startStandin: startOpenAIStandin,
  findModel: (provider: Parameters<typeof findModel>[0]) => findModel(provider, 'openai/gpt-image-2'),
  submitPath: /images\/generations$/,
  hasKey: true,
};

describeProvider('OpenAI, streaming', { ...subject, createProvider: (at) => connection.connect(openai, at) });

describeProvider('OpenAI, answering in one piece', {
  ...subject,
  createProvider: (at) => connection.connect(openai, at, unstreamed),
});

test('without a key it is off, and says what to set', async () => {
  await using stage = await openStage({ ...openai, apiKey: undefined });
  expect(stage.provider.offReason).toBe('Set OPENAI_API_KEY.');
  expect(connection.connect(openai, stage.standin).offReason).toBeNull();
});

test('a setting that is not understood is named with its model', () => {
  const connect = (settings: object) => () =>
    connection.connect(openai, { url: 'http://localhost' }, { 'openai/gpt-image-2': { settings } });
  expect(connect({ partialImages: 4 })).toThrow('openai/gpt-image-2 › settings › partialImages: ');
  expect(connect({ dialekt: 'plain' })).toThrow('openai/gpt-image-2 › settings: Unrecognized key: "dialekt"');
});

test('the stand-in lists its models to whoever has a key', async () => {
  await using stage = await openStage(openai);
  const list = (headers: Record<string, string>) => fetch(`${stage.standin.url}/v1/models`, { headers });
  expect((await list({})).status).toBe(401);
  const models = await (await list({ authorization: 'Bearer sk-any' })).json();
  expect(models).toMatchObject({ object: 'list', data: [{ id: 'gpt-image-2' }, {}, {}] });
});
