import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../domain/clock.ts';
import { createDeadline } from '../../network/deadline.ts';
import type { Fetch } from '../../network/fetch.ts';
import { parseJson } from '../../network/send.ts';
import { callVendor } from '../call-vendor.ts';
import { createSigningKeys } from '../signing-keys.ts';
import type { ProviderWebhook, WebhookDelivery } from '../webhook.ts';

const keysMilliseconds = 10_000;
const toleranceSeconds = 300;

const keySchema = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() });
const keySetSchema = z.object({ keys: z.array(z.unknown()) });
const told = z.object({ request_id: z.string().regex(/^[\w-]{1,128}$/) });

export interface FalWebhookOptions {
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** Where the keys are published that fal signs with. */
  readonly keysUrl: string;
}

/** Signed with one of the keys that fal publishes. */
export function createFalWebhook({ fetch, clock, keysUrl }: FalWebhookOptions): ProviderWebhook {
  const keys = createSigningKeys({ fetchKeys: () => fetchKeys(fetch, keysUrl), clock });
  return {
    async authenticate(delivery) {
      const signed = findSigned(delivery, clock);
      return signed !== undefined && (await keys.some((key) => verify(null, signed.message, key, signed.signature)));
    },
    findRequestId: ({ body }) => told.safeParse(parseJson(body)).data?.request_id,
  };
}

async function fetchKeys(fetch: Fetch, url: string): Promise<readonly KeyObject[]> {
  using deadline = createDeadline(keysMilliseconds);
  const { bytes } = await callVendor(fetch, { vendor: 'fal', method: 'GET', url, signal: deadline.signal });
  const published = keySetSchema.parse(parseJson(bytes)).keys;
  const usable = published.flatMap((key) => keySchema.safeParse(key).data ?? []);
  return usable.map((key) => createPublicKey({ key, format: 'jwk' }));
}

interface Signed {
  readonly message: Buffer;
  readonly signature: Buffer;
}

/** Undefined for a delivery that is not of this hour, or says nothing of a signature. */
function findSigned({ headers, body }: WebhookDelivery, clock: Clock): Signed | undefined {
  const [requestId, userId, timestamp, signature] = ['request-id', 'user-id', 'timestamp', 'signature'].map((name) =>
    headers.get(`x-fal-webhook-${name}`),
  );
  const isTimely = Math.abs(clock.now() / 1000 - Number(timestamp ?? Number.NaN)) <= toleranceSeconds;
  if (!requestId || !userId || !signature || !isTimely) return undefined;
  const lines = [requestId, userId, timestamp, hash('sha256', body)];
  return { message: Buffer.from(lines.join('\n')), signature: Buffer.from(signature, 'hex') };
}
