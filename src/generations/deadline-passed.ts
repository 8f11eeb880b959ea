/** The generation's own deadline is over, whatever its provider is doing. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';

  constructor() {
    super('The deadline of the generation has passed.');
  }
}
