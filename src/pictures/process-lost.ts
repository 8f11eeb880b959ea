import type { Limit } from './watch-process.ts';

/** `start`: before it had seen a picture. */
export type LossReason = 'start' | 'crash' | Limit;

/** The process that was to work on a picture is gone, by itself or because it went beyond a limit. */
export class ProcessLost extends Error {
  override readonly name = 'ProcessLost';
  readonly reason: LossReason;

  constructor(reason: LossReason, how: string) {
    super(how);
    this.reason = reason;
  }
}
