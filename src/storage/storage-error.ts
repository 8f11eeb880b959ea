/**
 * What stands in the way. `AWAY`: no answer, or one that says to come again. `REFUSED`: our key is not accepted, or our clock is
 * wrong. `NO_CONTAINER`: it was removed. `DAMAGED`: other bytes arrived than were sent. `OTHER`: whatever trying again does not cure.
 */
export type StorageFault = 'AWAY' | 'REFUSED' | 'NO_CONTAINER' | 'DAMAGED' | 'OTHER';

export interface StorageErrorOptions {
  readonly fault: StorageFault;
  readonly cause?: unknown;
}

/** The message names the call and the blob, and carries neither keys nor signed links. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly fault: StorageFault;
  /** Whether the same call may succeed later though nobody does anything about it. */
  readonly retryable: boolean;

  constructor(message: string, { fault, cause }: StorageErrorOptions) {
    super(message, { cause });
    this.fault = fault;
    this.retryable = fault === 'AWAY' || fault === 'DAMAGED';
  }
}
