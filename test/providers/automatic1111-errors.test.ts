import { afterAll, beforeAll, expect, test } from 'vitest';
import { failureOf, toOrder } from '../support/orders.ts';
import { type Automatic1111Standin, startAutomatic1111Standin } from '../support/standins/automatic1111.ts';
import { sendJson, sendText } from '../support/standins/standin.ts';
import { createProvider, currentModel, order } from './automatic1111-fixtures.ts';

let standin: Automatic1111Standin;
beforeAll(async () => {
  standin = await startAutomatic1111Standin();
});
afterAll(() => standin[Symbol.asyncDispose]());

function failWith(status: number, body: object | string) {
  standin.interject(/txt2img/, (_, response) => {
    if (typeof body === 'string') sendText(response, status, body);
    else sendJson(response, status, body);
  });
  return failureOf(order(standin));
}

const outOfMemory = 'CUDA out of memory. Tried to allocate 2.00 GiB';

/** As AUTOMATIC1111's middleware, Forge without it, and both with --nowebui say things. */
test.each([
  [
    400,
    { error: 'HTTPException', detail: 'Sampler not found', body: '', errors: '' },
    'INVALID_REQUEST',
    'Sampler not',
  ],
  [404, { detail: 'Sampler not found' }, 'INVALID_REQUEST', 'Sampler not found'],
  [404, { error: 'HTTPException', detail: 'Init image not found', errors: '404' }, 'INVALID_REQUEST', 'Init image'],
  [422, { detail: "Script 'xyz' not found" }, 'INVALID_REQUEST', "Script 'xyz' not found"],
  [422, { detail: [{ loc: ['body', 'steps'], msg: 'value is not an integer' }] }, 'INVALID_REQUEST', 'steps: value is'],
  [404, { detail: 'Not Found' }, 'PROVIDER_MISCONFIGURED', '--api'],
  [404, '', 'PROVIDER_MISCONFIGURED', '--api'],
  [401, { detail: 'Incorrect username or password' }, 'PROVIDER_MISCONFIGURED', 'AUTOMATIC1111_URL'],
  [403, 'Forbidden', 'PROVIDER_MISCONFIGURED', 'Forbidden'],
  [500, { error: 'HTTPException', detail: 'Invalid encoded image' }, 'INPUT_IMAGE_UNUSABLE', 'input image'],
  [500, { error: 'RuntimeError', errors: "model 'dream' not found" }, 'MODEL_RETIRED', "model 'dream' not found"],
])('%i %j is %s and not asked again', async (status, body, code, words) => {
  const failure = await failWith(status, body);
  expect(failure).toMatchObject({ code, retryable: false, message: expect.stringContaining(words) });
});

test.each([
  [500, { error: 'OutOfMemoryError', detail: '', body: '', errors: outOfMemory }, outOfMemory],
  [500, { error: 'RuntimeError', detail: '', body: '', message: 'Sizes must match' }, 'Sizes must match'],
  [500, { error: 'AttributeError', detail: '', body: '', errors: '' }, 'AttributeError'],
  [500, 'Internal Server Error', 'Internal Server Error'],
  [500, { unheard: 'of' }, 'failed with 500.'],
  [500, { detail: { reason: 'an object' } }, 'failed with 500.'],
  [503, 'Busy', 'Busy'],
])('%i %j may be asked again', async (status, body, words) => {
  const failure = await failWith(status, body);
  expect(failure).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retryable: true });
  expect(`${failure}.`).toContain(words);
});

test('a traceback is not shown', async () => {
  const errors = 'Sizes must match\nTraceback (most recent call last):\n  File "/home/anna/webui/modules/api.py"';
  const failure = await failWith(500, { error: 'RuntimeError', detail: '', errors });
  expect(String(failure)).toContain('Sizes must match');
  expect(String(failure)).not.toMatch(/Traceback|anna/);
});

test('neither the password nor its header is shown', async () => {
  const token = Buffer.from('darkroom:swordfish').toString('base64');
  standin.interject(/txt2img/, (_, response) => sendJson(response, 422, { detail: `darkroom:swordfish ${token}` }));
  const provider = createProvider({ url: standin.url.replace('//', '//darkroom:swordfish@') });
  const failure = await failureOf(provider.generate(toOrder(currentModel(provider))));
  expect(String(failure)).toContain('does not take the request');
  expect(String(failure)).not.toMatch(/swordfish/);
  expect(String(failure)).not.toContain(token);
});
