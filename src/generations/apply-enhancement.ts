import { type FinishedAttempt, finishAttempt } from '../database/finish-attempt.ts';
import { recordEnhancement } from '../database/record-enhancement.ts';
import { startAttempt } from '../database/start-attempt.ts';
import type { ImageModel } from '../domain/image-model.ts';
import { enhanceInTime } from '../prompts/enhance-in-time.ts';
import type { EnhancedPrompt } from '../prompts/prompt-enhancer.ts';
import { isLeftRunning } from '../providers/leave-running.ts';
import { toFailure } from './failure-of.ts';
import type { GenerationRun } from './generation-run.ts';

/**
 * The wording that the model is to be given: a better one where that was asked for. What goes wrong with that is a warning, and the
 * given wording is used.
 */
export async function applyEnhancement(run: GenerationRun, model: ImageModel): Promise<string> {
  const { generation, enhancer, journal, createId } = run;
  const { effectivePrompt: prompt } = generation;
  if (!generation.request.enhancePrompt || generation.enhanced || generation.status === 'CANCELLING') return prompt;
  const enhanced = await callEnhancer(run, { prompt, model });
  if (enhanced === undefined) return prompt;
  const { text } = enhanced;
  const wording = { promptId: createId(), text, writtenBy: enhancer.writtenBy };
  await journal.record({ type: 'PROMPT_ENHANCED', stage: 'ENHANCING_PROMPT' }, (connection, step) =>
    recordEnhancement(connection, step, wording),
  );
  return text;
}

interface Wish {
  readonly prompt: string;
  readonly model: ImageModel;
}

/** An attempt of its own. Undefined after a failure. Throws the signal's reason. */
async function callEnhancer(run: GenerationRun, { prompt, model }: Wish): Promise<EnhancedPrompt | undefined> {
  const { enhancer, journal, signal, warnings } = run;
  const number = run.nextAttempt();
  const entry = { type: 'CALLING_PROVIDER', stage: 'ENHANCING_PROMPT', attempt: number } as const;
  await journal.record(entry, (connection, step) =>
    startAttempt(connection, step, {
      kind: 'ENHANCE',
      provider: enhancer.provider,
      model: enhancer.writtenBy,
      positions: [],
    }),
  );
  try {
    const enhanced = await enhanceInTime(enhancer, { prompt, model, signal });
    await finish(run, number, { enhanced });
    return enhanced;
  } catch (error) {
    await finish(run, number, { error });
    signal.throwIfAborted();
    const { message } = toFailure(error, null);
    warnings.push({ option: 'enhancePrompt', message: `The prompt is used as it was given. ${message}` });
    return undefined;
  }
}

type EnhancementEnd = { readonly enhanced: EnhancedPrompt } | { readonly error: unknown };

async function finish(run: GenerationRun, number: number, end: EnhancementEnd): Promise<void> {
  const { generation, leaseToken, clock, journal } = run;
  // Whoever takes over finds the attempt as it was left, and closes it as UNKNOWN.
  if (isLeftRunning(run.signal)) return;
  const isDone = 'enhanced' in end;
  const ending: FinishedAttempt = {
    generationId: generation.id,
    leaseToken,
    number,
    at: new Date(clock.now()),
    outcome: isDone ? 'SUCCEEDED' : run.signal.aborted ? 'CANCELLED' : 'FAILED',
    failure: isDone ? null : toFailure(end.error, 'ENHANCING_PROMPT'),
    costUsd: isDone ? end.enhanced.costUsd : null,
    delayMilliseconds: null,
    executionMilliseconds: null,
  };
  await journal.amend((connection) => finishAttempt(connection, ending));
}
