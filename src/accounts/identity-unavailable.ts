/** Who somebody is cannot be told now, since the keys that tokens are signed with cannot be had. It may work a moment later. */
export class IdentityUnavailable extends Error {
  override readonly name = 'IdentityUnavailable';

  constructor(options: ErrorOptions = {}) {
    super('The keys of the identity provider cannot be fetched.', options);
  }
}
