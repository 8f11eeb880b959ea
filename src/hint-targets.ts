import type { OpenCalls } from './generations/open-calls.ts';
import type { Repetition } from './generations/repeat-every.ts';
import type { RunningGenerations } from './generations/running-generations.ts';
import type { Hint } from './hints/hint.ts';
import type { Hub } from './hints/hub.ts';
import type { ConfiguredIdentity } from './identity.ts';
import type { JobQueue } from './queue/job-queue.ts';

/** Stands before there is a server, whose it becomes. */
export interface Door {
  checkConnections(): void;
}

/** Whom hints are for. */
export interface HintTargets {
  readonly hub: Hub;
  readonly queue: JobQueue;
  readonly running: RunningGenerations;
  readonly openCalls: OpenCalls;
  readonly backstop: Repetition;
  readonly identity: ConfiguredIdentity | undefined;
  readonly door: Door;
}

export function createDispatch({ hub, queue, running, openCalls, identity, door }: HintTargets): (hint: Hint) => void {
  return (hint) => {
    if (hint.kind === 'progress') hub.deliver(hint.snapshot);
    else if (hint.kind === 'work') queue.wake('run-generation');
    else if (hint.kind === 'look') openCalls.wake(hint.generationId, hint.attempt);
    else if (hint.kind === 'cancel') running.cancel(hint.generationId);
    else {
      identity?.forget(hint.userId);
      door.checkConnections();
    }
  };
}

/** Finds in the tables what hints would have told. */
export function catchUp({ queue, backstop }: HintTargets): void {
  queue.wake('run-generation');
  backstop.now();
}
