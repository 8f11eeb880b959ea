/** The database did not take an event. Whether it was written is not known: the next run finds out. */
export class JournalUnavailable extends Error {
  override readonly name = 'JournalUnavailable';

  constructor(options: ErrorOptions) {
    super('The step could not be written.', options);
  }
}
