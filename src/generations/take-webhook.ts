import { hash, timingSafeEqual } from 'node:crypto';
import { findWebhookAttempt } from '../database/find-webhook-attempt.ts';
import { learnProviderRequestId } from '../database/learn-provider-request-id.ts';
import type { ProviderWebhook, WebhookDelivery } from '../providers/webhook.ts';
import type { GenerationDependencies } from './dependencies.ts';

/** What the address of a webhook says. */
export interface WebhookAddress {
  readonly provider: string;
  readonly generationId: string;
  readonly number: number;
  readonly token: string;
}

/** A call whose vendor has the token. */
export interface WebhookCall extends WebhookAddress {
  readonly webhook: ProviderWebhook;
}

/** Undefined for an unknown call and for a wrong token alike. */
export async function findWebhookCall(
  { database, catalogue }: Pick<GenerationDependencies, 'database' | 'catalogue'>,
  address: WebhookAddress,
): Promise<WebhookCall | undefined> {
  const attempt = await findWebhookAttempt(database.pool, address);
  const model = attempt === undefined ? undefined : catalogue.find(attempt.model);
  const isRight = isSame(address.token, attempt?.webhookToken ?? '');
  const webhook = model === undefined ? undefined : catalogue.providerOf(model).webhook;
  return isRight && webhook !== undefined ? { ...address, webhook } : undefined;
}

/** In a time that tells nothing of where they differ. */
function isSame(one: string, other: string): boolean {
  return timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'));
}

/**
 * The vendor says that a call has ended: whoever follows it is told to look now, and an id that nobody has kept is learnt. False
 * for what the vendor did not sign. Repeated and late ones change nothing.
 */
export async function takeWebhook(
  { database, announce }: Pick<GenerationDependencies, 'database' | 'announce'>,
  { webhook, generationId, number }: WebhookCall,
  delivery: WebhookDelivery,
): Promise<boolean> {
  if (!(await webhook.authenticate(delivery))) return false;
  const providerRequestId = webhook.findRequestId(delivery);
  if (providerRequestId !== undefined) {
    await learnProviderRequestId(database.pool, { generationId, number, providerRequestId });
  }
  announce({ kind: 'look', generationId, attempt: number });
  return true;
}
