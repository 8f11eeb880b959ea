import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSecret } from '../../src/domain/secret.ts';
import { createFetch } from '../../src/network/fetch.ts';
import type { EnhancerSettings } from '../../src/prompts/enhancer-settings.ts';
import type { EnhancementWish, PromptEnhancer } from '../../src/prompts/prompt-enhancer.ts';
import { ProviderError } from '../../src/providers/provider-error.ts';
import { blankModel } from '../support/blank-provider.ts';
import { type Answer, faults, type ReceivedRequest, type Standin, sendJson } from '../support/standins/standin.ts';

export const secret = 'secret-key-of-the-tests';

export type EnhancerOptions = Partial<Omit<EnhancerSettings, 'fetch' | 'baseUrl'>>;

export interface EnhancerUnderTest {
  readonly startStandin: () => Promise<Standin>;
  readonly create: (settings: EnhancerSettings) => PromptEnhancer;
  /** What comes after the stand-in's address. */
  readonly basePath: string;
  /** An answer with these words. */
  readonly say: (words: string) => Answer;
}

/** An enhancer and the stand-in that it talks to. */
export interface EnhancerStage extends AsyncDisposable {
  readonly standin: Standin;
  create(options?: EnhancerOptions): PromptEnhancer;
  enhance(wish?: Partial<EnhancementWish>): ReturnType<PromptEnhancer['enhance']>;
  /** What is thrown when the stand-in answers with this. Fails when nothing is, or no `ProviderError`. */
  failWith(answer: Answer): Promise<ProviderError>;
}

export async function openStage({ startStandin, create, basePath }: EnhancerUnderTest): Promise<EnhancerStage> {
  const stack = new AsyncDisposableStack();
  const { fetch } = stack.use(createFetch());
  const standin = stack.use(await startStandin());
  const createOne = (options = {}) =>
    create({ fetch, apiKey: createSecret(secret), baseUrl: `${standin.url}${basePath}`, ...options });
  const enhance = (wish = {}) => createOne().enhance(toWish(wish));
  return {
    standin,
    create: createOne,
    enhance,
    async failWith(answer) {
      standin.interject(/./, answer);
      const failure = await failureOf(enhance());
      expect(failure).toBeInstanceOf(ProviderError);
      return failure as ProviderError;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export function toWish(wish: Partial<EnhancementWish> = {}): EnhancementWish {
  return { prompt: 'A grey lake', model: blankModel, signal: new AbortController().signal, ...wish };
}

/** What it is rejected with. Fails when it is not. */
export function failureOf(result: Promise<unknown>): Promise<unknown> {
  return result.then(
    () => {
      throw new Error('Nothing was thrown.');
    },
    (error) => error,
  );
}

export function bodyOf(request: ReceivedRequest | undefined): unknown {
  return JSON.parse(String(request?.body));
}

/** What every enhancer that asks a vendor's language model promises. */
export function describeEnhancer(name: string, subject: EnhancerUnderTest): void {
  describe(`${name}, as every enhancer`, () => {
    let stage: EnhancerStage;
    beforeAll(async () => {
      stage = await openStage(subject);
    });
    afterAll(() => stage[Symbol.asyncDispose]());

    test('answers what the model words', async () => {
      const { text } = await stage.enhance({ prompt: 'A grey lake' });
      expect(text).toBe('A grey lake, in the low light of a winter afternoon');
    });

    test('takes away what the model put around it', async () => {
      stage.standin.interject(/./, subject.say('Here is the improved prompt:\n\n```\n"A lake at dawn"\n```'));
      expect(await stage.enhance()).toMatchObject({ text: 'A lake at dawn' });
    });

    test.each(['', ' \n ', '""', 'Prompt:', '```\n\n```'])('does not take “%s” for a wording', async (words) => {
      const failure = await stage.failWith(subject.say(words));
      expect(failure).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE', retryable: true });
      expect(failure.message).toBe(`${name} answered without a wording.`);
    });

    test('stops with the reason of its signal, and hangs up', async () => {
      const abort = new AbortController();
      const { promise: reached, resolve } = Promise.withResolvers<Pick<ReceivedRequest, 'left'>>();
      stage.standin.interject(/./, ({ left }) => {
        resolve({ left });
        return left;
      });
      const failure = failureOf(stage.enhance({ signal: abort.signal }));
      const { left } = await reached;
      const reason = new Error('Enough of it.');
      abort.abort(reason);
      expect(await failure).toBe(reason);
      await left;
    });

    test('calls nobody when it is stopped before it begins', async () => {
      const before = stage.standin.received.length;
      const reason = new Error('Not even begun.');
      expect(await failureOf(stage.enhance({ signal: AbortSignal.abort(reason) }))).toBe(reason);
      expect(stage.standin.received.length).toBe(before);
    });

    test('asks once, whatever comes of it', async () => {
      const before = stage.standin.received.length;
      await stage.failWith((_, response) => sendJson(response, 503, {}, { 'retry-after': '0' }));
      expect(stage.standin.received.length - before).toBe(1);
    });

    test('says plainly when the key is refused, and does not show it', async () => {
      const failure = await stage.failWith((_, response) =>
        sendJson(response, 401, { error: { message: `No: ${secret}` } }),
      );
      expect(failure).toMatchObject({ code: 'PROVIDER_MISCONFIGURED', retryable: false });
      expect(failure.message).not.toContain(secret);
    });

    test('passes on how long a vendor that is overrun wants to be left alone', async () => {
      const failure = await stage.failWith((_, response) => sendJson(response, 429, {}, { 'retry-after': '7' }));
      expect(failure).toMatchObject({ code: 'PROVIDER_RATE_LIMITED', retryAfterSeconds: 7 });
    });

    test('says that the vendor does not know the model', async () => {
      const failure = await stage.failWith((_, response) => sendJson(response, 404, {}));
      expect(failure).toMatchObject({ code: 'MODEL_RETIRED', retryable: false });
    });

    test.each([
      ['a gateway that answers with a page', faults.badGateway, 'PROVIDER_UNAVAILABLE'],
      ['an answer that breaks off', faults.cut, 'PROVIDER_UNAVAILABLE'],
      ['garbage', faults.garbage, 'PROVIDER_BAD_RESPONSE'],
      ['JSON that says nothing', subjectless, 'PROVIDER_BAD_RESPONSE'],
    ] as const)('takes %s', async (_, answer, code) => {
      const failure = await stage.failWith(answer);
      expect(failure).toMatchObject({ code, retryable: true });
      expect(failure.message).not.toContain('<');
    });

    test('tells what a wording costs where prices are known', async () => {
      const prices = { input: 0.25, output: 2 };
      expect(await stage.create({ prices }).enhance(toWish())).toMatchObject({ costUsd: '0.000200' });
      expect(await stage.enhance()).toMatchObject({ costUsd: null });
    });
  });
}

const subjectless: Answer = (_, response) => sendJson(response, 200, {});
