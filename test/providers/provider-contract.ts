import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ImageModel } from '../../src/domain/image-model.ts';
import { LeaveRunning } from '../../src/providers/leave-running.ts';
import type { PictureOrder, Provider } from '../../src/providers/provider.ts';
import { ProviderError } from '../../src/providers/provider-error.ts';
import { blankPicture } from '../support/blank-provider.ts';
import { eventsOf, failureOf, toOrder } from '../support/orders.ts';
import { type Answer, faults, type ReceivedRequest, type Standin, sendJson } from '../support/standins/standin.ts';
import { stopAt } from './job-stage.ts';

export const secret = 'secret-key-of-the-tests';

export interface ProviderUnderTest {
  readonly startStandin: () => Promise<Standin>;
  /** With `secret` as its key, at the stand-in's address, and as many milliseconds as given for one call. */
  readonly createProvider: (at: { readonly url: string; readonly timeoutMilliseconds?: number }) => Provider;
  /** The model that the suite orders from. */
  readonly findModel: (provider: Provider) => ImageModel;
  /** The path of the request that starts the work. */
  readonly submitPath: RegExp;
  /** The path of the request that takes work back; undefined where work cannot be resumed. */
  readonly cancelPath?: RegExp;
  /** False for an engine that has no key. */
  readonly hasKey: boolean;
}

/** What every provider that calls a vendor promises, whoever the vendor is. */
export function describeProvider(name: string, subject: ProviderUnderTest): void {
  describe(`${name}, as every provider`, () => {
    let standin: Standin;
    beforeAll(async () => {
      standin = await subject.startStandin();
    });
    afterAll(() => standin[Symbol.asyncDispose]());

    function start(wishes: Partial<PictureOrder> = {}, timeoutMilliseconds?: number) {
      const limits = timeoutMilliseconds === undefined ? {} : { timeoutMilliseconds };
      const provider = subject.createProvider({ url: standin.url, ...limits });
      return provider.generate(toOrder(subject.findModel(provider), wishes));
    }

    async function failWith(answer: Answer, timeoutMilliseconds?: number): Promise<ProviderError> {
      standin.interject(subject.submitPath, answer);
      const failure = await failureOf(start({}, timeoutMilliseconds));
      expect(failure).toBeInstanceOf(ProviderError);
      return failure as ProviderError;
    }

    test('makes the picture that is ordered, in its place', async () => {
      const events = await Array.fromAsync(start({ pictures: [{ position: 3, seed: null }] }));
      const pictures = eventsOf(events, 'picture');
      expect(pictures.map(({ position }) => position)).toEqual([3]);
      expect(pictures[0]?.bytes.byteLength).toBeGreaterThan(0);
    });

    test('tells progress that only grows, and never beyond the whole', async () => {
      const fractions = eventsOf(await Array.fromAsync(start()), 'progress').flatMap(({ fraction }) => fraction ?? []);
      expect(fractions).toEqual(fractions.toSorted((one, other) => one - other));
      expect(fractions.every((fraction) => fraction >= 0 && fraction <= 1)).toBe(true);
    });

    test('stops with the reason of its signal, and hangs up', async () => {
      const abort = new AbortController();
      const { promise: reached, resolve } = Promise.withResolvers<Pick<ReceivedRequest, 'left'>>();
      standin.interject(subject.submitPath, (request) => {
        resolve({ left: request.left });
        return request.left;
      });
      const failure = failureOf(start({ signal: abort.signal }));
      const { left } = await reached;
      const reason = new Error('Enough of it.');
      abort.abort(reason);
      expect(await failure).toBe(reason);
      await left;
    });

    test('calls nobody when it is stopped before it begins', async () => {
      const before = standin.received.length;
      const reason = new Error('Not even begun.');
      expect(await failureOf(start({ signal: AbortSignal.abort(reason) }))).toBe(reason);
      expect(standin.received.length).toBe(before);
    });

    async function stopOnceAccepted(reason: Error): Promise<{ readonly failure: unknown; readonly cancels: number }> {
      const before = standin.received.length;
      const { failure } = await stopAt(start, { type: 'accepted', reason });
      const cancels = standin.received.slice(before).filter(({ path }) => subject.cancelPath?.test(path));
      return { failure, cancels: cancels.length };
    }

    test.runIf(subject.cancelPath)('takes back what was accepted when it is stopped', async () => {
      const reason = new Error('Enough of it.');
      expect(await stopOnceAccepted(reason)).toEqual({ failure: reason, cancels: 1 });
    });

    test.runIf(subject.cancelPath)('takes nothing back that another process takes up', async () => {
      const reason = new LeaveRunning();
      expect(await stopOnceAccepted(reason)).toEqual({ failure: reason, cancels: 0 });
    });

    test('gives up a vendor that never answers', async () => {
      const failure = await failWith(faults.silence, 300);
      expect(failure).toMatchObject({ code: 'TIMED_OUT', unstarted: false });
      expect(failure.message).toMatch(/^\S+.* took longer than 0\.3 seconds, which is the most that it is given\.$/);
    });

    test('gives up a vendor when the time of the order is over, and says that it was that', async () => {
      standin.interject(subject.submitPath, faults.silence);
      const failure = await failureOf(start({ timeoutMilliseconds: 250 }));
      expect(failure).toMatchObject({ code: 'TIMED_OUT', retryable: true, unstarted: false });
      expect((failure as Error).message).toMatch(/ was not done in the 0\.25 seconds that were left to it\.$/);
    });

    test.runIf(subject.hasKey)('says plainly when the key is refused, and does not show it', async () => {
      const failure = await failWith((_, response) => sendJson(response, 401, { error: { message: `No: ${secret}` } }));
      expect(failure).toMatchObject({ code: 'PROVIDER_MISCONFIGURED', retryable: false });
      expect(failure.message).not.toContain(secret);
    });

    test('passes on how long a vendor that is overrun wants to be left alone', async () => {
      const failure = await failWith((_, response) => sendJson(response, 429, {}, { 'retry-after': '7' }));
      expect(failure).toMatchObject({ code: 'PROVIDER_RATE_LIMITED', retryable: true, unstarted: true });
      expect(failure.retryAfterSeconds).toBe(7);
    });

    test('may be asked again after a 429 without a delay', async () => {
      const failure = await failWith((_, response) => sendJson(response, 429, {}));
      expect(failure).toMatchObject({ code: 'PROVIDER_RATE_LIMITED', unstarted: true, retryAfterSeconds: undefined });
    });

    test('does not claim that a call which failed with 500 never started', async () => {
      const failure = await failWith((_, response) => sendJson(response, 500, { error: 'boom' }));
      expect(failure).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retryable: true, unstarted: false });
    });

    test('takes a gateway that answers with a page', async () => {
      const failure = await failWith(faults.badGateway);
      expect(failure).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retryable: true, unstarted: false });
      expect(failure.message).not.toContain('<');
    });

    test('does not claim that a call whose answer broke off never started', async () => {
      const failure = await failWith(faults.cut);
      expect(failure).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', unstarted: false });
    });

    test('does not take garbage for an answer', async () => {
      const failure = await failWith(faults.garbage);
      expect(failure).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE', retryable: true });
    });

    test('may be asked again when nobody was there', async () => {
      const gone = await subject.startStandin();
      await gone[Symbol.asyncDispose]();
      const provider = subject.createProvider({ url: gone.url });
      const failure = await failureOf(provider.generate(toOrder(subject.findModel(provider))));
      expect(failure).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retryable: true, unstarted: true });
    });
  });
}

/** What the stand-ins answer as a picture, unless a test says otherwise. */
export const standinPicture = () => blankPicture(64, 64);
