import { afterAll, beforeAll, expect, test } from 'vitest';
import { blankPicture } from '../support/blank-provider.ts';
import { startGeminiStandin } from '../support/standins/gemini.ts';
import type { Standin } from '../support/standins/standin.ts';
import { toPart } from './gemini-fixtures.ts';
import { secret } from './provider-contract.ts';

let standin: Standin;

beforeAll(async () => {
  standin = await startGeminiStandin({ apiKey: secret });
});
afterAll(() => standin[Symbol.asyncDispose]());

const path = '/v1beta/models/gemini-3-pro-image:generateContent';
const headers = { 'x-goog-api-key': secret };
const parts: readonly object[] = [{ text: 'A grey lake' }];
const generationConfig = {
  responseModalities: ['TEXT', 'IMAGE'],
  imageConfig: { aspectRatio: '16:9', imageSize: '2K' },
};

function ask(to: string, body: object, withHeaders: Record<string, string> = headers): Promise<Response> {
  return fetch(`${standin.url}${to}`, { method: 'POST', headers: withHeaders, body: JSON.stringify(body) });
}

function toBody(asked: readonly object[] = parts, config: object = generationConfig) {
  return { contents: [{ role: 'user', parts: asked }], generationConfig: config };
}

test('takes what Google documents', async () => {
  expect((await ask(path, toBody())).status).toBe(200);
  expect((await ask(path, toBody([...parts, toPart(await blankPicture(8, 8))]))).status).toBe(200);
});

test.each([
  ['another version', path.replace('v1beta', 'v1'), 404],
  ['a slash that is escaped', path.replace('models/', 'models%2F'), 404],
  ['a model that is gone', path.replace('gemini-3-pro-image', 'gemini-2.5-flash-image'), 404],
])('refuses %s', async (_, to, status) => {
  expect((await ask(to, toBody())).status).toBe(status);
});

test('refuses who brings no key', async () => {
  expect((await ask(path, toBody(), {})).status).toBe(403);
  expect((await ask(path, toBody(), { authorization: `Bearer ${secret}` })).status).toBe(403);
});

test.each([
  ['no role', { ...toBody(), contents: [{ parts }] }],
  ['the role of the model', { ...toBody(), contents: [{ role: 'model', parts }] }],
  ['no parts', toBody([])],
  ['an unknown field', { ...toBody(), prompt: 'A grey lake' }],
  ['a small k', toBody(parts, { ...generationConfig, imageConfig: { imageSize: '2k' } })],
  ['a size that the model lacks', toBody(parts, { ...generationConfig, imageConfig: { imageSize: '512' } })],
  ['a shape that the model lacks', toBody(parts, { ...generationConfig, imageConfig: { aspectRatio: '1:8' } })],
  ['an output format', toBody(parts, { ...generationConfig, imageConfig: { outputMimeType: 'image/png' } })],
  ['a seed beyond 32 bits', toBody(parts, { ...generationConfig, seed: 2_147_483_648 })],
  ['a media type that it does not read', toBody([...parts, toPart(Buffer.from('GIF89a'), 'image/gif')])],
  ['bytes that are no picture', toBody([...parts, toPart(Buffer.from('no picture at all'))])],
])('refuses %s', async (_, body) => {
  const answer = await ask(path, body);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ error: { code: 400, status: 'INVALID_ARGUMENT' } });
});

test('refuses a picture under the wrong media type, and a fifteenth', async () => {
  const picture = await blankPicture(8, 8);
  expect((await ask(path, toBody([...parts, toPart(picture, 'image/jpeg')]))).status).toBe(400);
  const fifteen = Array.from({ length: 15 }, () => toPart(picture));
  expect((await ask(path, toBody([...parts, ...fifteen]))).status).toBe(400);
});
