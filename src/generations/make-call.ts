import { acceptAttempt } from '../database/accept-attempt.ts';
import { addText } from '../database/add-text.ts';
import { finishAttempt } from '../database/finish-attempt.ts';
import { startAttempt } from '../database/start-attempt.ts';
import { crashPoint } from '../domain/crash-point.ts';
import { seedOfPicture } from '../domain/generation-request.ts';
import { multiplyUsd } from '../domain/money.ts';
import type { Advance } from '../domain/progress.ts';
import type { AccountReport, PictureOrder, PictureReport, ProviderEvent } from '../providers/provider.ts';
import { ProviderError } from '../providers/provider-error.ts';
import type { WorkerSlot } from '../queue/slots.ts';
import type { Assignment } from './assignment.ts';
import { toFailure } from './failure-of.ts';
import type { GenerationRun } from './generation-run.ts';
import type { OverallProgress } from './overall-progress.ts';
import { CancelRequested, isStopping } from './running-generations.ts';
import { storePicture } from './store-picture.ts';

/** One call of a provider: an attempt of its own. */
export interface Call {
  readonly assignment: Assignment;
  /** The number of its attempt. */
  readonly number: number;
  readonly positions: readonly number[];
  readonly progress: OverallProgress;
  readonly slot: WorkerSlot;
  /** Told after each picture that is stored. */
  readonly onStored: (position: number) => void;
}

/** Has these pictures made, storing each as it comes. Throws what the provider throws, and the signal's reason. */
export async function makeCall(run: GenerationRun, call: Call): Promise<void> {
  const account: Account = { stored: 0, told: {} };
  try {
    await call.slot.enter(run.signal);
    await begin(run, call);
    crashPoint('after-attempt-row');
    const error = await take(run, call, account).then(() => undefined, toFault);
    await finish(run, call, { account, error });
    if (error !== undefined) throw error;
  } finally {
    call.progress.drop(call.number);
    call.slot.leave();
  }
}

function toFault(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('Something was thrown that is no error.', { cause: reason });
}

/** What a call costs and how long it took, as far as it is known. */
interface Account {
  stored: number;
  told: Omit<AccountReport, 'type'>;
}

/** Written before the provider is called, so that no call that may cost goes unrecorded. */
async function begin({ journal }: GenerationRun, { assignment, number, positions, progress }: Call): Promise<void> {
  const { slug, provider } = assignment.model;
  progress.start(number, positions.length);
  const entry = { type: 'CALLING_PROVIDER', stage: 'WAITING_FOR_PROVIDER', attempt: number } as const;
  await journal.record({ ...entry, advance: () => progress.current }, (connection, step) =>
    startAttempt(connection, step, { kind: 'GENERATE', provider, model: slug }),
  );
}

async function take(run: GenerationRun, call: Call, account: Account): Promise<void> {
  const wanted = new Set(call.positions);
  const provider = run.catalogue.providerOf(call.assignment.model);
  for await (const event of provider.generate(toOrder(run, call))) {
    if (event.type === 'picture') checkPosition(event, wanted);
    await handle(run, call, { event, account });
  }
}

function toOrder({ generation, signal }: GenerationRun, { assignment, positions }: Call): PictureOrder {
  const { model, prompt, material } = assignment;
  const { count: _, seed, style, styleIntensity, ...options } = assignment.options;
  const { negativePrompt } = generation;
  const { capabilities } = model;
  const pictures = positions.map((position) => ({ position, seed: seedOfPicture(seed, position, capabilities) }));
  // A style that the model lacks is part of the wording.
  const told = capabilities.styles === null ? { style: null, styleIntensity: null } : { style, styleIntensity };
  const words = { prompt, negativePrompt: capabilities.negativePrompt ? negativePrompt : null };
  return { model, ...words, ...options, ...told, ...material, pictures, signal };
}

function checkPosition({ position }: PictureReport, wanted: Set<number>): void {
  if (wanted.delete(position)) return;
  const message = 'The provider sent a picture that was not asked for.';
  throw new ProviderError(message, { code: 'PROVIDER_BAD_RESPONSE', retryable: true });
}

interface Happening {
  readonly event: ProviderEvent;
  readonly account: Account;
}

async function handle(run: GenerationRun, call: Call, { event, account }: Happening): Promise<void> {
  const { journal, generation, leaseToken, database, signal } = run;
  const { number, progress, slot } = call;
  switch (event.type) {
    case 'accepted': {
      crashPoint('after-provider-accepted');
      const entry = { type: 'PROVIDER_ACCEPTED', stage: 'WAITING_FOR_PROVIDER', attempt: number } as const;
      await journal.record(entry, (connection, step) => acceptAttempt(connection, step, event.providerRequestId));
      crashPoint('after-request-id-stored');
      return slot.leave();
    }
    case 'progress':
      progress.report(number, event);
      return journal.report(progress.current);
    case 'preview':
      return journal.preview(event);
    case 'picture':
      crashPoint('after-result');
      await slot.enter(signal);
      await storePicture(run, { ...toMade(call, event), advance: () => land(call) });
      account.stored += 1;
      return call.onStored(event.position);
    case 'text':
      return addText(database.pool, { generationId: generation.id, leaseToken, text: event.text });
    case 'account':
      account.told = { ...account.told, ...event };
  }
}

function land({ progress, number }: Call): Advance {
  progress.land(number);
  return progress.current;
}

function toMade({ assignment, number }: Call, picture: PictureReport) {
  const { position, bytes, seed, revisedPrompt = '' } = picture;
  const isRevised = revisedPrompt.trim() !== '' && revisedPrompt !== assignment.prompt;
  const revision = isRevised ? { text: revisedPrompt, writtenBy: assignment.model.slug } : undefined;
  return { attempt: number, position, bytes, seed, revisedPrompt: revision };
}

interface CallEnd {
  readonly account: Account;
  readonly error: Error | undefined;
}

async function finish(run: GenerationRun, { assignment, number }: Call, { account, error }: CallEnd): Promise<void> {
  const { generation, leaseToken, database, clock, journal } = run;
  // Whoever takes over finds the attempt as it was left, and closes it as UNKNOWN.
  if (isStopping(run)) return;
  const { costUsd, delayMilliseconds = null, executionMilliseconds = null } = account.told;
  const failure = error === undefined ? null : toFailure(error, journal.current.stage);
  // What a provider throws after it was asked to stop is a failure of its own only where it says so.
  const isCancelled = run.signal.reason instanceof CancelRequested && failure?.code === 'INTERNAL';
  await finishAttempt(database.pool, {
    generationId: generation.id,
    leaseToken,
    number,
    at: new Date(clock.now()),
    outcome: failure === null ? 'SUCCEEDED' : isCancelled ? 'CANCELLED' : 'FAILED',
    failure: isCancelled ? null : failure,
    costUsd: costUsd ?? toCost(assignment, account.stored, error),
    delayMilliseconds,
    executionMilliseconds,
  });
}

/** By the price of a picture. A call that failed without one may have cost: that is not known. */
function toCost({ model }: Assignment, stored: number, error: unknown): string | null {
  if (stored === 0 && error !== undefined && !(error instanceof ProviderError && error.unstarted)) return null;
  return multiplyUsd(model.priceUsd, stored);
}
