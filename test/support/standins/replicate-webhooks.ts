import { createHmac, randomUUID } from 'node:crypto';

/** The account's, as Replicate writes it. */
export const replicateSecret = `whsec_${Buffer.from('the secret of the stand-in').toString('base64')}`;

/** The headers that prove that a body comes from Replicate (https://www.standardwebhooks.com). */
export function signAsReplicate(
  body: string,
  { secret = replicateSecret, at = Date.now() } = {},
): Record<string, string> {
  const id = `msg_${randomUUID()}`;
  const timestamp = String(Math.floor(at / 1000));
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
