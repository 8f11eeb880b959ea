import { describe, expect, test } from 'vitest';
import { eventsOf, failureOf, findModel, toInput, toOrder } from '../support/orders.ts';
import { toException } from '../support/standins/runpod-workers.ts';
import { sendJson, sendText } from '../support/standins/standin.ts';
import { secret, standinPicture } from './provider-contract.ts';
import { useRunpod } from './runpod-fixtures.ts';

const runpod = useRunpod();

const failJob = (error: unknown, output?: unknown) => failureOf(runpod.tell({ status: 'FAILED', error, output }));

function failRun(status: number, body: unknown) {
  runpod.standin.interject(/\/run$/, (_, response) => sendJson(response, status, body));
  return failureOf(runpod.generate());
}

describe('a failed job', () => {
  test.each([
    ['CUDA out of memory.', 'CUDA out of memory.'],
    [toException('ValueError', 'No such sampler'), 'No such sampler'],
    [toException('KeyError', ''), 'KeyError'],
    [toException('RuntimeError', 'first line\nTraceback (most recent call last):\n  File "/secret'), 'first line'],
    // What runpod-python makes of an exception in a generator (`rp_job.run_job_generator`).
    ['handler: no memory \ntraceback: Traceback (most recent call last):\n  File "/secret', 'handler: no memory'],
    ['Traceback (most recent call last):\n  File "/secret"\nOSError: disk full', 'OSError: disk full'],
    // runpod-workers/worker-sdxl, `handler.py`.
    ['RuntimeError: bad latents, Stack Trace: <traceback object at 0x7f>', 'RuntimeError: bad latents'],
    [{ message: 'from an object' }, 'from an object'],
    [{ error: { detail: 'from deeper' } }, 'from deeper'],
    [['first', 'second'], 'first second'],
    ['Error submitting task: 503, {"code":503,"message":"try later"}', 'try later'],
    [toException('Exception', 'Error submitting task: 503, {"message":"try later"}'), 'try later'],
    ['odd {"json": true}', 'odd'],
    ['a {brace} and no JSON', 'a {brace} and no JSON'],
    ['<html><h1>502 Bad Gateway</h1></html>', '502 Bad Gateway'],
  ])('says why, in the words of %j', async (error, words) => {
    const failure = await failJob(error);
    expect(failure).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE', retryable: true, unstarted: false });
    expect(failure).toMatchObject({ message: `RunPod failed the job: ${words}` });
  });

  test('adds what worker-comfyui tells beside its error', async () => {
    const error = 'Job processing failed';
    const failure = await failJob(error, { details: ['Workflow execution error: Node Type: KSampler', 'No outputs'] });
    expect(failure).toMatchObject({
      message: `RunPod failed the job: ${error} Workflow execution error: Node Type: KSampler No outputs`,
    });
  });

  test('may have no reason', async () => {
    const expected = { code: 'PROVIDER_BAD_RESPONSE', message: 'RunPod failed the job without a reason.' };
    expect(await failJob(undefined)).toMatchObject(expected);
    expect(await failJob(undefined, { status: 'failed' })).toMatchObject(expected);
    expect(await failJob(null, {})).toMatchObject(expected);
  });

  test('may bury its reason as deep as it likes', async () => {
    const body = `{"status":"FAILED","error":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    runpod.standin.interject(/\/status\//, (_, response) => sendText(response, 200, body, 'application/json'));
    expect(await failureOf(runpod.generate())).toMatchObject({ message: 'RunPod failed the job without a reason.' });
  });

  test.each([
    // Captured: runpod/ai-sdk-provider, `runpod-image-model.test.ts`.
    'Total pixels (262144) must be between 589824 and 2073600.',
    'Invalid parameter: width must be divisible by 64',
    'Error submitting task: 400, {"code":400,"message":"Something about the size"}',
    // runpod/runpod-python, `rp_validator.py`.
    ['Unexpected input. cfg is not a valid input option.', 'num_images does not meet the constraints.'],
    ["width should be <class 'int'> type, not <class 'str'>."],
    ['Schema error, missing default value for prompt.'],
    ['prompt is a required input.'],
    ['Unexpected input. enable_safety_checker is not a valid input option.'],
  ])('is the fault of the request where it says %j', async (error) => {
    expect(await failJob(error)).toMatchObject({ code: 'INVALID_REQUEST', retryable: false });
  });

  test.each([
    'NSFW content detected',
    'The safety checker stopped the picture.',
    'It violates our content policy.',
    'Blocked by moderation',
    'Prohibited content',
    toException('ValueError', 'Potential NSFW content was detected'),
  ])('is a refusal where it says %j', async (error) => {
    expect(await failJob(error)).toMatchObject({ code: 'CONTENT_REFUSED', retryable: false, unstarted: false });
  });

  test('tells its account before it fails', async () => {
    const failed = { status: 'FAILED', delayTime: 3383, executionTime: 4651, error: 'boom' };
    const events = [];
    try {
      for await (const event of runpod.tell(failed)) events.push(event);
    } catch {
      // The failure itself is another test's affair.
    }
    expect(eventsOf(events, 'account')).toMatchObject([{ delayMilliseconds: 3383, executionMilliseconds: 4651 }]);
  });

  test('shows neither our key nor a signed link', async () => {
    const failure = await failJob(`Upload with ${secret} to https://bucket.test/a.png?X-Amz-Signature=abc failed`);
    expect(failure).toMatchObject({ message: expect.not.stringContaining(secret) });
    expect(failure).toMatchObject({ message: expect.not.stringContaining('X-Amz-Signature') });
  });
});

describe('a job that ends otherwise', () => {
  test('has timed out where RunPod says so', async () => {
    const failure = await failureOf(runpod.tell({ status: 'TIMED_OUT' }));
    expect(failure).toMatchObject({ code: 'TIMED_OUT', retryable: true, unstarted: false });
  });

  test('has lost its output where somebody else cancelled it', async () => {
    const failure = await failureOf(runpod.tell({ status: 'CANCELLED' }));
    expect(failure).toMatchObject({
      code: 'OUTPUT_LOST',
      retryable: true,
      message: 'The job was cancelled at RunPod.',
    });
  });

  test('has lost its output where RunPod forgot it', async () => {
    runpod.standin.interject(/\/status\//, (_, response) => sendJson(response, 404, {}));
    expect(await failureOf(runpod.generate())).toMatchObject({ code: 'OUTPUT_LOST', retryable: true });
  });

  test('is not claimed to be unstarted where the key is refused meanwhile', async () => {
    runpod.standin.interject(/\/status\//, (_, response) => sendText(response, 401, ''));
    expect(await failureOf(runpod.generate())).toMatchObject({ code: 'PROVIDER_MISCONFIGURED', unstarted: false });
  });

  test('is a fault of the request where the look at it is answered with a 400', async () => {
    const body = { id: 'x', status: 'FAILED', error: 'Invalid image URL' };
    runpod.standin.interject(/\/status\//, (_, response) => sendJson(response, 400, body));
    expect(await failureOf(runpod.generate())).toMatchObject({ code: 'INVALID_REQUEST', retryable: false });
  });
});

describe('a request that RunPod does not take', () => {
  test('is at fault where a hosted endpoint answers that its job failed', async () => {
    const provider = runpod.createProvider();
    const order = toOrder(findModel(provider, 'runpod/flux-1-dev'), { width: 1000, height: 1024 });
    expect(await failureOf(provider.generate(order))).toMatchObject({
      code: 'INVALID_REQUEST',
      retryable: false,
      message: 'RunPod does not take the request: Invalid parameter: width',
    });
  });

  test('is a refusal where the words say so', async () => {
    const failure = await failRun(400, { status: 'FAILED', error: 'Your prompt violates the content policy.' });
    expect(failure).toMatchObject({ code: 'CONTENT_REFUSED', retryable: false });
  });

  test.each([
    [403, {}, 'PROVIDER_MISCONFIGURED', true],
    [404, { error: 'endpoint not found' }, 'MODEL_RETIRED', true],
    [402, {}, 'PROVIDER_QUOTA_EXHAUSTED', true],
    [503, {}, 'PROVIDER_UNAVAILABLE', true],
    [504, {}, 'PROVIDER_UNAVAILABLE', false],
    [302, {}, 'PROVIDER_BAD_RESPONSE', false],
    [200, { status: 'IN_QUEUE' }, 'PROVIDER_BAD_RESPONSE', false],
    [200, { id: '' }, 'PROVIDER_BAD_RESPONSE', false],
  ])('ends as told by a %d with %j', async (status, body, code, unstarted) => {
    expect(await failRun(status, body)).toMatchObject({ code, unstarted });
  });

  test.each([
    [{ error: 'one' }, 'one'],
    [{ message: 'two' }, 'two'],
    [{ error: { message: 'three' } }, 'three'],
    [{ detail: [{ message: 'four' }] }, 'four'],
  ])('shows the words of %j', async (body, words) => {
    expect(await failRun(500, body)).toMatchObject({ message: `RunPod failed with 500: ${words}` });
  });

  test('is made once only', async () => {
    const runs = runpod.asked('run').length;
    await failRun(500, {});
    await failRun(429, {});
    expect(runpod.asked('run')).toHaveLength(runs + 2);
  });

  test('is not made where an input cannot be read', async () => {
    const runs = runpod.asked('run').length;
    const gone = new Error('The blob is gone.');
    const unreadable = toInput(await standinPicture(), { read: () => Promise.reject(gone) });
    expect(await failureOf(runpod.generate({ inputs: [unreadable] }))).toBe(gone);
    expect(runpod.asked('run')).toHaveLength(runs);
  });
});
