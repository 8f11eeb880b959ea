/** A subscription ended because its reader was too slow; it resumes after the last event that was read. */
export class StreamLost extends Error {
  override readonly name = 'StreamLost';
  readonly resumeAfterSequence: number;

  constructor(resumeAfterSequence: number) {
    super('This stream was read too slowly. Subscribe again with “afterSequence”.');
    this.resumeAfterSequence = resumeAfterSequence;
  }
}
