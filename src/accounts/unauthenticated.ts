/** Nobody is known by these credentials. The message is for people and does not say what is wrong with them. */
export class Unauthenticated extends Error {
  override readonly name = 'Unauthenticated';

  constructor(options: ErrorOptions = {}) {
    super('Credentials are missing or not valid.', options);
  }
}
