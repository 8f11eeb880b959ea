import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventsOf, failureOf } from '../support/orders.ts';
import { type ComfyuiStandin, startComfyuiStandin } from '../support/standins/comfyui.ts';
import { type Answer, faults, sendJson, sendText } from '../support/standins/standin.ts';
import { order, pathsOf, startStandinFor } from './comfyui-fixtures.ts';

let standin: ComfyuiStandin;
beforeAll(async () => {
  standin = await startComfyuiStandin();
});
afterAll(() => standin[Symbol.asyncDispose]());

const refused = { code: 'INVALID_REQUEST', retryable: false, unstarted: true };
const withNode = (id: string, node: object) => ({
  changes: { 'comfyui/sd15': { settings: { workflow: { [id]: node } } } },
});

test('a checkpoint that the server lacks is named with its node and its input', async () => {
  const at = { changes: { 'comfyui/sd15': { vendorModel: 'mine.safetensors' } } };
  expect(await failureOf(order(standin, { at }))).toMatchObject({
    ...refused,
    message:
      'ComfyUI does not take the workflow: CheckpointLoaderSimple (node 1): Value not in list: ' +
      "ckpt_name: 'mine.safetensors' not in ['v1-5-pruned-emaonly.safetensors', 'flux1-dev-fp8.safetensors']",
  });
});

test('all nodes and inputs that are wrong are named', async () => {
  const at = withNode('5', { inputs: { denoise: 2, scheduler: 'none' } });
  const { message } = (await failureOf(order(standin, { at, steps: 20_000 }))) as Error;
  expect(message).toContain('KSampler (node 5): Value 20000 bigger than max of 10000: steps');
  expect(message).toContain('KSampler (node 5): Value 2 bigger than max of 1: denoise');
  expect(message).toContain("KSampler (node 5): Value not in list: scheduler: 'none'");
});

test('a custom node that is not installed is named', async () => {
  const at = withNode('8', { class_type: 'FaceDetailer', inputs: {} });
  expect(await failureOf(order(standin, { at }))).toMatchObject({
    ...refused,
    message:
      "ComfyUI does not take the workflow: Node 'FaceDetailer' not found. The custom node may not be installed.: Node ID '#8'",
  });
});

test('a workflow that saves nothing is refused', async () => {
  const at = withNode('7', { class_type: 'VAEDecode', inputs: { samples: ['5', 0], vae: ['1', 2] } });
  const message = 'ComfyUI does not take the workflow: Prompt has no outputs';
  expect(await failureOf(order(standin, { at }))).toMatchObject({ ...refused, message });
});

test.each([
  ['a bare 400', (_, response) => sendText(response, 400, 'Bad Request'), refused],
  [
    'a page for 404',
    (_, response) => sendText(response, 404, '<h1>nginx</h1>'),
    { code: 'PROVIDER_MISCONFIGURED', unstarted: true },
  ],
  ['405', (_, response) => sendJson(response, 405, {}), { code: 'PROVIDER_MISCONFIGURED', retryable: false }],
  ['413', (_, response) => sendText(response, 413, 'Maximum request body size exceeded'), { code: 'INVALID_REQUEST' }],
  ['503', (_, response) => sendJson(response, 503, {}), { code: 'PROVIDER_UNAVAILABLE', unstarted: true }],
  [
    'an answer without an id',
    (_, response) => sendJson(response, 200, { number: 3 }),
    { code: 'PROVIDER_BAD_RESPONSE' },
  ],
] as const satisfies [string, Answer, object][])('%s to a workflow is understood', async (_, answer, expected) => {
  standin.interject(/^\/prompt$/, answer);
  const failure = await failureOf(order(standin));
  expect(failure).toMatchObject(expected);
  expect((failure as Error).message).not.toContain('<');
});

test('what a proxy is told does not come back in a message', async () => {
  const headers = { authorization: 'Bearer token-of-the-proxy' };
  const error = { type: 'x', message: 'No', details: 'token-of-the-proxy is not for Bearer token-of-the-proxy' };
  standin.interject(/^\/prompt$/, (_, response) => sendJson(response, 400, { error, node_errors: {} }));
  const { message } = (await failureOf(order(standin, { at: { headers } }))) as Error;
  expect(message).toContain('is not for');
  expect(message).not.toContain('token-of-the-proxy');
});

test('a node that throws is a failure with its words, without its traceback', async () => {
  const exception_message = 'Error while deserializing header: MetadataIncompleteBuffer\n';
  standin.scriptNext({ error: { exception_type: 'safetensors_rust.SafetensorError', exception_message } });
  expect(await failureOf(order(standin))).toMatchObject({
    code: 'PROVIDER_BAD_RESPONSE',
    retryable: false,
    unstarted: false,
    message: 'ComfyUI failed at KSampler: Error while deserializing header: MetadataIncompleteBuffer',
  });
});

test('a lack of memory may pass', async () => {
  const exception_message = 'Allocation on device 0 would exceed allowed memory. (out of memory)\n\nTIPS: …';
  standin.scriptNext({ error: { exception_type: 'torch.OutOfMemoryError', exception_message } });
  expect(await failureOf(order(standin))).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retryable: true });
});

test('an exception without words is told by its type', async () => {
  standin.scriptNext({ error: { exception_type: 'KeyError', exception_message: ' ' } });
  expect(await failureOf(order(standin))).toMatchObject({ message: 'ComfyUI failed at KSampler: KeyError' });
});

test('a job that failed is not cancelled as well', async (context) => {
  const own = await startStandinFor(context);
  own.scriptNext({ error: { exception_type: 'KeyError', exception_message: 'x' } });
  await failureOf(order(own));
  expect(pathsOf(own)).toEqual(['POST /prompt']);
});

test('a job that somebody else interrupts may be asked for again', async () => {
  standin.scriptNext({ onStep: (step) => (step === 3 ? standin.interrupt() : undefined) });
  expect(await failureOf(order(standin))).toMatchObject({
    code: 'PROVIDER_UNAVAILABLE',
    retryable: true,
    unstarted: false,
  });
});

const viewed = /^\/view/;

test('a picture that cannot be fetched at first is fetched again', async () => {
  standin.interject(viewed, faults.badGateway);
  standin.interject(viewed, faults.cut);
  const events = await Array.fromAsync(order(standin));
  expect(eventsOf(events, 'picture')[0]?.bytes.byteLength).toBeGreaterThan(100);
});

test.each([
  ['is gone', [(_, response) => sendText(response, 404, '')], 'OUTPUT_LOST'],
  ['cannot be fetched', [faults.badGateway, faults.badGateway, faults.badGateway], 'OUTPUT_LOST'],
  ['is empty', [(_, response) => sendText(response, 200, '', 'image/png')], 'PROVIDER_BAD_RESPONSE'],
] as const satisfies [string, Answer[], string][])('a picture that %s is a failure', async (_, answers, code) => {
  for (const answer of answers) standin.interject(viewed, answer);
  expect(await failureOf(order(standin))).toMatchObject({ code, retryable: true, unstarted: false });
});
