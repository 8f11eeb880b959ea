/** A reader stayed away too long with post waiting. It loses this stream only, and can resume. */
export class SlowReader extends Error {
  override readonly name = 'SlowReader';

  constructor() {
    super('This stream was read too slowly.');
  }
}
