import { isNewer, type ProgressSnapshot } from '../domain/progress.ts';

// More than this waiting means that the reader is behind: the table has the rest, in order.
const capacity = 64;

/** Bounded post of one reader. What does not fit is dropped, the newest never: the reader sees the gap and reads the table. */
export interface Mailbox extends Disposable {
  /** The oldest snapshot that waits, or the next to come. Undefined once disposed. Throws `SlowReader` once when it stayed away too long. */
  take(): Promise<ProgressSnapshot | undefined>;
}

/** What the hub does with a mailbox. */
export interface MailboxPost {
  deliver(snapshot: ProgressSnapshot): void;
  /** When the oldest unread snapshot came, in milliseconds; undefined while nothing waits. */
  waitingSince(): number | undefined;
  fail(error: Error): void;
}

export interface MailboxOptions {
  readonly now: () => number;
  readonly onClose: () => void;
}

export function createMailbox({ now, onClose }: MailboxOptions): Mailbox & MailboxPost {
  let waiting: ProgressSnapshot[] = [];
  let since: number | undefined;
  let reader: PromiseWithResolvers<ProgressSnapshot | undefined> | undefined;
  let failure: Error | undefined;
  let closed = false;

  const close = () => {
    if (closed) return;
    closed = true;
    waiting = [];
    since = undefined;
    onClose();
  };

  const rejectOnce = () => {
    const error = failure;
    failure = undefined;
    return Promise.reject(error);
  };

  return {
    deliver(snapshot) {
      if (closed) return;
      if (reader !== undefined) {
        reader.resolve(snapshot);
        reader = undefined;
        return;
      }
      waiting = enqueue(waiting, snapshot);
      since ??= now();
    },
    take() {
      if (failure !== undefined) return rejectOnce();
      if (closed) return Promise.resolve(undefined);
      const next = waiting.shift();
      since = waiting.length > 0 ? now() : undefined;
      if (next !== undefined) return Promise.resolve(next);
      reader ??= Promise.withResolvers();
      return reader.promise;
    },
    waitingSince: () => since,
    fail(error) {
      failure = error;
      close();
    },
    [Symbol.dispose]() {
      close();
      reader?.resolve(undefined);
    },
  };
}

/** A tick replaces the tick before it; a full box keeps the newest alone. */
function enqueue(waiting: ProgressSnapshot[], snapshot: ProgressSnapshot): ProgressSnapshot[] {
  const last = waiting.at(-1);
  if (last !== undefined && !isNewer(snapshot, last)) return waiting;
  if (last !== undefined && last.tick > 0 && last.sequence === snapshot.sequence) waiting.pop();
  if (waiting.length >= capacity) return [snapshot];
  waiting.push(snapshot);
  return waiting;
}
