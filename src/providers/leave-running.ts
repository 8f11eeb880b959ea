/** The reason of an abort that means: leave the provider's work alone, another process takes it up by its id. */
export class LeaveRunning extends Error {
  override readonly name = 'LeaveRunning';

  constructor() {
    super('The process stops.');
  }
}
