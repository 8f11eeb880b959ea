/**
 * The reason of an abort that means: leave the provider's work alone, another process takes it up by its id. What is held for it
 * here is freed all the same.
 */
export class LeaveRunning extends Error {
  override readonly name = 'LeaveRunning';

  constructor() {
    super('The call is left to another process.');
  }
}

export function isLeftRunning({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof LeaveRunning;
}
