/** The generation ended, was deleted, or another worker holds it: this run changes nothing more. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}
