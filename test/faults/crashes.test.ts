import { describe, test } from 'vitest';
import { type CrashOutcome, playCrash } from './support/crash-story.ts';
import { models } from './support/fleet.ts';

/** From a worker's death to its work going on elsewhere. */
const maxRecoverySeconds = 15;

const { asynchronous, synchronous, repeatable } = models;
/** Large enough to be stored in several sizes. */
const large = { size: { pixels: { width: 640, height: 640 } } };

/** The end of a call of which nobody knows what became of it. */
const unknown = {
  status: 'FAILED',
  failureCode: 'OUTCOME_UNKNOWN',
  attempts: [{ number: 1, outcome: 'UNKNOWN' }],
} as const;
const inOneAttempt = { status: 'SUCCEEDED', attempts: [{ number: 1, outcome: 'SUCCEEDED' }], images: [{}] } as const;

describe.concurrent('a worker that is killed', () => {
  test('F3 after it claimed a generation: another one makes it, and the provider is asked once', async ({ expect }) => {
    const story = { fault: 'F3', what: 'worker killed after the claim', point: 'after-claim' } as const;
    const outcome = await playCrash({ ...story, model: asynchronous });
    expect(outcome).toMatchObject({ generation: inOneAttempt, asked: 1 });
    expect(outcome.recoverySeconds).toBeLessThan(maxRecoverySeconds);
  });

  const beforeTheCall = { fault: 'F4', what: 'worker killed before it called', point: 'after-attempt-row' } as const;

  test('F4 before it called a provider that bills: the provider is not asked, and the caller is told so', async ({
    expect,
  }) => {
    const outcome = await playCrash({ ...beforeTheCall, model: asynchronous });
    expect(outcome).toMatchObject({ generation: unknown, asked: 0 });
  });

  test('F4 before it called a provider that costs nothing: another one calls it', async ({ expect }) => {
    const { generation } = await playCrash({ ...beforeTheCall, model: repeatable });
    expect(generation).toMatchObject({
      status: 'SUCCEEDED',
      attempts: [{ outcome: 'UNKNOWN' }, { outcome: 'SUCCEEDED' }],
    });
  });

  test('F5 between the acceptance and its record, without webhooks: it is not asked again, and the caller is told so', async ({
    expect,
  }) => {
    const what = 'worker killed before the id was stored, no webhooks';
    const outcome = await playCrash({ fault: 'F5', what, point: 'after-provider-accepted', model: asynchronous });
    expect(outcome).toMatchObject({ generation: unknown, accepted: 1 });
  });

  test('F5 between the acceptance and its record, with webhooks: the webhook brings the id, and the job is resumed', async ({
    expect,
  }) => {
    const what = 'worker killed before the id was stored, webhooks';
    const story = { fault: 'F5', what, point: 'after-provider-accepted', webhooks: 'on' } as const;
    const outcome = await playCrash({ ...story, model: asynchronous });
    expect(outcome).toMatchObject({ generation: inOneAttempt, accepted: 1 });
  });

  test('F6 once the id is stored: another one resumes the same job', async ({ expect }) => {
    const what = 'worker killed after the id was stored';
    const outcome = await playCrash({ fault: 'F6', what, point: 'after-request-id-stored', model: asynchronous });
    expect(outcome).toMatchObject({ generation: inOneAttempt, accepted: 1 });
    expect(outcome.recoverySeconds).toBeLessThan(maxRecoverySeconds);
  });

  const withResult = { fault: 'F7', what: 'worker killed with the result in hand', point: 'after-result' } as const;

  test('F7 with the result of an asynchronous job in hand: another one fetches it again', async ({ expect }) => {
    const outcome = await playCrash({ ...withResult, model: asynchronous });
    expect(outcome).toMatchObject({ generation: inOneAttempt, accepted: 1 });
  });

  test('F7 with the result of a synchronous call in hand: it is not paid twice, and the caller is told so', async ({
    expect,
  }) => {
    const outcome = await playCrash({ ...withResult, model: synchronous });
    expect(outcome).toMatchObject({ generation: unknown, accepted: 1 });
  });

  test('F7 between the smaller sizes and the original: another one fetches the result and stores it', async ({
    expect,
  }) => {
    const what = 'worker killed in the middle of an upload';
    const story = { fault: 'F7', what, point: 'mid-upload', input: large } as const;
    const outcome = await playCrash({ ...story, model: asynchronous });
    expect(outcome).toMatchObject({ generation: inOneAttempt, accepted: 1 });
  });

  const afterUpload = { fault: 'F8', what: 'worker killed between blob and row', point: 'after-upload' } as const;
  const isStoredOnce = ({ generation, accepted }: CrashOutcome) => ({
    status: generation.status,
    images: generation.images.map(({ position, attemptNumber }) => [position, attemptNumber]),
    accepted,
  });

  test.for([asynchronous, synchronous])(
    'F8 between the blob and its row, with %s: another one finishes from the storage',
    async (model, { expect }) => {
      const outcome = await playCrash({ ...afterUpload, model, input: large });
      expect(isStoredOnce(outcome)).toEqual({ status: 'SUCCEEDED', images: [[0, 1]], accepted: 1 });
    },
  );

  test('F8 with everything stored but the end: another one ends it', async ({ expect }) => {
    const what = 'worker killed before the last event';
    const outcome = await playCrash({ fault: 'F8', what, point: 'before-end', model: synchronous });
    expect(isStoredOnce(outcome)).toEqual({ status: 'SUCCEEDED', images: [[0, 1]], accepted: 1 });
  });
});
