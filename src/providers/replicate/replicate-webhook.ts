import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type { Clock } from '../../domain/clock.ts';
import { createSecret, type Secret } from '../../domain/secret.ts';
import { createDeadline } from '../../network/deadline.ts';
import type { Fetch } from '../../network/fetch.ts';
import { parseJson } from '../../network/send.ts';
import { callVendor } from '../call-vendor.ts';
import { createSigningKeys } from '../signing-keys.ts';
import type { ProviderWebhook, WebhookDelivery } from '../webhook.ts';
import { type Endpoint, toRequest } from './to-request.ts';

const secretMilliseconds = 10_000;
const secretSchema = z.object({ key: z.string().transform(createSecret) });
const told = z.object({ id: z.string().regex(/^[\w-]{1,128}$/) });

export interface ReplicateWebhookOptions {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly endpoint: Endpoint;
}

/** Signed as https://www.standardwebhooks.com has it, with a secret that the account can ask for. */
export function createReplicateWebhook({ fetch, clock, endpoint }: ReplicateWebhookOptions): ProviderWebhook {
  const keys = createSigningKeys({ fetchKeys: () => fetchSecret(fetch, endpoint), clock });
  return {
    authenticate: (delivery) => keys.some((key) => isSigned(delivery, key)),
    findRequestId: ({ body }) => told.safeParse(parseJson(body)).data?.id,
  };
}

async function fetchSecret(fetch: Fetch, endpoint: Endpoint): Promise<readonly Secret[]> {
  using deadline = createDeadline(secretMilliseconds);
  const request = { method: 'GET', path: '/webhooks/default/secret', signal: deadline.signal } as const;
  const { bytes } = await callVendor(fetch, toRequest(endpoint, request));
  return [secretSchema.parse(parseJson(bytes)).key];
}

function isSigned({ headers, body }: WebhookDelivery, key: Secret): boolean {
  try {
    new Webhook(key.reveal()).verify(Buffer.from(body), Object.fromEntries(headers), { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}
