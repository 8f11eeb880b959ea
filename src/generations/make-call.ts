import { acceptAttempt } from '../database/accept-attempt.ts';
import { addText } from '../database/add-text.ts';
import { startAttempt } from '../database/start-attempt.ts';
import { crashPoint } from '../domain/crash-point.ts';
import type { Advance } from '../domain/progress.ts';
import { isLeftRunning, LeaveRunning } from '../providers/leave-running.ts';
import type { PictureReport, ProviderEvent } from '../providers/provider.ts';
import { ProviderError, toStarted } from '../providers/provider-error.ts';
import type { WorkerSlot } from '../queue/slots.ts';
import type { Assignment } from './assignment.ts';
import { type Account, closeCall } from './close-call.ts';
import type { GenerationRun } from './generation-run.ts';
import { keepLatePicture } from './keep-late-picture.ts';
import { LeaseLost } from './lease-lost.ts';
import type { OpenCall } from './open-calls.ts';
import { orderPictures } from './order-pictures.ts';
import type { OverallProgress } from './overall-progress.ts';
import { createUnknownOutcome } from './plan-calls.ts';
import { storePicture } from './store-picture.ts';

/** One call of a provider: an attempt of its own. */
export interface Call {
  readonly assignment: Assignment;
  /** The number of its attempt. */
  readonly number: number;
  /** All that it is to make. */
  readonly positions: readonly number[];
  /** Those of them that are not stored yet. */
  readonly wanted: ReadonlySet<number>;
  readonly progress: OverallProgress;
  readonly slot: WorkerSlot;
  /** Told after each picture that is stored. */
  readonly onStored: (position: number) => void;
  /** The provider's own id of a call that was made before and goes on; undefined for a new one. */
  readonly providerRequestId?: string;
}

/**
 * Has these pictures made, storing each as it comes. Throws what the provider throws, and the signal's reason; `LeaveRunning`
 * where the process stops and the provider goes on without us.
 */
export async function makeCall(run: GenerationRun, call: Call): Promise<void> {
  const accepted = call.providerRequestId !== undefined;
  const account: Account = { accepted, stored: call.positions.length - call.wanted.size, late: 0, told: {} };
  using leaving = createLeaving(run);
  try {
    await call.slot.enter(run.signal);
    using opened = openCall(run, call);
    await begin(run, call, opened);
    crashPoint('after-attempt-row');
    const fault = await take(run, call, { account, leaving, opened }).then(() => undefined, toFault);
    const error = fault instanceof ProviderError ? judge(run, call, { account, fault }) : fault;
    // Whoever takes over finds the attempt as it was left.
    if (!(error instanceof LeaveRunning)) await closeCall(run, call, { account, error });
    if (error !== undefined) throw call.providerRequestId === undefined ? error : toStarted(error);
  } finally {
    call.progress.drop(call.number);
    call.slot.leave();
  }
}

function toFault(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('Something was thrown that is no error.', { cause: reason });
}

/** What a provider's error means for the call; undefined where it means nothing. */
function judge(
  { catalogue }: GenerationRun,
  { assignment, wanted }: Call,
  { account, fault }: { readonly account: Account; readonly fault: ProviderError },
): ProviderError | undefined {
  // A call whose pictures are all there has succeeded, whatever its provider still knows of it.
  if (wanted.size === 0) return undefined;
  const mayBePaidTwice = !catalogue.providerOf(assignment.model).repeatable;
  return fault.cutOff && !account.accepted && mayBePaidTwice ? createUnknownOutcome(fault) : fault;
}

/** A call that a provider works on by itself is left to it as soon as the process is to stop. */
interface Leaving extends Disposable {
  readonly signal: AbortSignal;
  /** From now on, and at once where the process stops already. */
  allow(): void;
}

function createLeaving({ signal, drain }: GenerationRun): Leaving {
  const controller = new AbortController();
  const leave = () => controller.abort(new LeaveRunning());
  return {
    signal: AbortSignal.any([signal, controller.signal]),
    allow() {
      if (drain.aborted) leave();
      else drain.addEventListener('abort', leave, { once: true });
    },
    [Symbol.dispose]: () => drain.removeEventListener('abort', leave),
  };
}

function openCall({ openCalls, generation, catalogue }: GenerationRun, { assignment, number }: Call): OpenCall {
  return openCalls.open({ generationId: generation.id, number, provider: catalogue.providerOf(assignment.model) });
}

/** Written before the provider is called, so that no call that may cost goes unrecorded. */
async function begin({ journal }: GenerationRun, call: Call, { webhookToken }: OpenCall): Promise<void> {
  const { assignment, number, positions, progress } = call;
  const { slug, provider } = assignment.model;
  progress.start(number, call.wanted.size);
  if (call.providerRequestId !== undefined) return;
  const entry = { type: 'CALLING_PROVIDER', stage: 'WAITING_FOR_PROVIDER', attempt: number } as const;
  await journal.record({ ...entry, advance: () => progress.current }, (connection, step) =>
    startAttempt(connection, step, { kind: 'GENERATE', provider, model: slug, positions, webhookToken }),
  );
}

/** What a call is followed with. */
interface Following {
  readonly account: Account;
  readonly leaving: Leaving;
  readonly opened: OpenCall;
}

async function take(run: GenerationRun, call: Call, following: Following): Promise<void> {
  const { account, leaving, opened } = following;
  const open = new Set(call.positions);
  try {
    for await (const event of orderPictures(run, call, { ...opened, signal: leaving.signal })) {
      if (event.type === 'picture') checkPosition(event, open);
      await handle(run, call, { event, ...following });
    }
  } catch (error) {
    // Whatever a provider makes of it.
    if (isLeftRunning(leaving.signal)) throw leaving.signal.reason;
    throw error;
  }
  if (account.late > 0) throw new LeaseLost();
}

function checkPosition({ position }: PictureReport, open: Set<number>): void {
  if (open.delete(position)) return;
  const message = 'The provider sent a picture that was not asked for.';
  throw new ProviderError(message, { code: 'PROVIDER_BAD_RESPONSE', retryable: true });
}

interface Happening extends Following {
  readonly event: ProviderEvent;
}

async function handle(run: GenerationRun, call: Call, { event, account, leaving }: Happening): Promise<void> {
  const { journal, generation, leaseToken } = run;
  const { number, progress } = call;
  switch (event.type) {
    case 'accepted':
      account.accepted = true;
      await accept(run, call, event.providerRequestId);
      return leaving.allow();
    case 'progress':
      progress.report(number, event);
      return journal.report(progress.current);
    case 'preview':
      return journal.preview(event);
    case 'picture':
      return call.wanted.has(event.position) ? keep(run, call, { event, account }) : undefined;
    case 'text':
      return journal.amend((connection) =>
        addText(connection, { generationId: generation.id, leaseToken, text: event.text }),
      );
    case 'account':
      account.told = { ...account.told, ...event };
  }
}

async function accept(run: GenerationRun, { number, slot }: Call, providerRequestId: string): Promise<void> {
  crashPoint('after-provider-accepted');
  const entry = { type: 'PROVIDER_ACCEPTED', stage: 'WAITING_FOR_PROVIDER', attempt: number } as const;
  await run.journal.record(entry, (connection, step) => acceptAttempt(connection, step, providerRequestId));
  crashPoint('after-request-id-stored');
  slot.leave();
  // A cancel that no worker had heard of: now that we have hold of the call, the provider can be told.
  if (run.generation.status === 'CANCELLING') run.cancel();
}

interface MadeReport {
  readonly event: PictureReport;
  readonly account: Account;
}

/** After a cancel too: a picture that came first is paid. One that comes when this run has lost its generation is late. */
async function keep(run: GenerationRun, call: Call, { event, account }: MadeReport): Promise<void> {
  crashPoint('after-result');
  const made = toMade(call, event);
  if (account.late === 0) {
    try {
      await call.slot.enter(run.stop);
      await storePicture(run, { ...made, advance: () => land(call) });
      account.stored += 1;
      return call.onStored(event.position);
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
    }
  }
  account.late += 1;
  if (await keepLatePicture(run, made)) account.stored += 1;
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
