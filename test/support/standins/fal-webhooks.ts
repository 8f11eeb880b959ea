import { generateKeyPairSync, hash, randomUUID, sign } from 'node:crypto';

export interface FalSigner {
  /** As fal publishes its keys. */
  readonly keySet: { readonly keys: readonly object[] };
  /** The headers that prove that a body comes from fal. */
  sign(body: string, options?: { readonly at?: number }): Record<string, string>;
}

/** With a key pair of its own. */
export function createFalSigner(): FalSigner {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    keySet: { keys: [publicKey.export({ format: 'jwk' })] },
    sign(body, { at = Date.now() } = {}) {
      const [requestId, userId, timestamp] = [randomUUID(), 'user-of-the-tests', String(Math.floor(at / 1000))];
      const message = [requestId, userId, timestamp, hash('sha256', body)].join('\n');
      return {
        'x-fal-webhook-request-id': requestId,
        'x-fal-webhook-user-id': userId,
        'x-fal-webhook-timestamp': timestamp,
        'x-fal-webhook-signature': sign(null, Buffer.from(message), privateKey).toString('hex'),
      };
    },
  };
}
