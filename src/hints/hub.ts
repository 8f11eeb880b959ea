import type { Clock } from '../domain/clock.ts';
import type { ProgressSnapshot } from '../domain/progress.ts';
import { createMailbox, type Mailbox, type MailboxPost } from './mailbox.ts';
import { SlowReader } from './slow-reader.ts';

/** Brings snapshots to the readers in this process. */
export interface Hub {
  /** A mailbox for one generation's snapshots from now on. Whoever opens it disposes it. */
  open(generationId: string): Mailbox;
  deliver(snapshot: ProgressSnapshot): void;
  /** The generation is gone: ends the wait of its readers. Who has post waiting reads that first. */
  end(generationId: string): void;
  /** The newest sequence delivered of each generation that somebody reads. */
  watched(): ReadonlyMap<string, number>;
  /** Ends the mailboxes whose post has waited longer than this. */
  endSlowReaders(maxMilliseconds: number): void;
  readonly mailboxCount: number;
}

interface Watched {
  readonly mailboxes: Set<Mailbox & MailboxPost>;
  sequence: number;
}

export function createHub({ clock }: { readonly clock: Clock }): Hub {
  const generations = new Map<string, Watched>();
  let mailboxCount = 0;

  const remove = (generationId: string, mailbox: Mailbox & MailboxPost) => {
    const watched = generations.get(generationId);
    if (watched?.mailboxes.delete(mailbox)) mailboxCount -= 1;
    if (watched?.mailboxes.size === 0) generations.delete(generationId);
  };

  return {
    open(generationId) {
      const mailbox = createMailbox({ now: () => clock.now(), onClose: () => remove(generationId, mailbox) });
      const watched = generations.get(generationId) ?? { mailboxes: new Set(), sequence: 0 };
      generations.set(generationId, watched);
      watched.mailboxes.add(mailbox);
      mailboxCount += 1;
      return mailbox;
    },
    deliver(snapshot) {
      const watched = generations.get(snapshot.generationId);
      if (watched === undefined) return;
      watched.sequence = Math.max(watched.sequence, snapshot.sequence);
      for (const mailbox of watched.mailboxes) mailbox.deliver(snapshot);
    },
    end(generationId) {
      for (const mailbox of generations.get(generationId)?.mailboxes ?? []) {
        if (mailbox.waitingSince() === undefined) mailbox[Symbol.dispose]();
      }
    },
    watched: () => new Map([...generations].map(([id, { sequence }]) => [id, sequence])),
    endSlowReaders(maxMilliseconds) {
      const oldest = clock.now() - maxMilliseconds;
      for (const { mailboxes } of generations.values()) {
        for (const mailbox of mailboxes) {
          if ((mailbox.waitingSince() ?? Number.POSITIVE_INFINITY) < oldest) mailbox.fail(new SlowReader());
        }
      }
    },
    get mailboxCount() {
      return mailboxCount;
    },
  };
}
