import { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import type { VendorRequest } from '../call-vendor.ts';
import { inputSettings, readInputSettings, toModelInput } from '../model-input.ts';
import type { PictureOrder } from '../provider.ts';

export const replicateSettings = inputSettings.extend({
  /** For models that Replicate does not run by their name alone. */
  version: z.string().min(1).optional(),
});

export interface Endpoint {
  readonly apiKey: Secret | undefined;
  readonly baseUrl: string;
}

/** The addresses in Replicate's answers are never followed: ours are made of the base URL and the prediction's id. */
export function toRequest(
  { apiKey, baseUrl }: Endpoint,
  { path, ...request }: Pick<VendorRequest, 'method' | 'signal'> & { readonly path: string },
): VendorRequest {
  const headers = { authorization: `Bearer ${apiKey?.reveal() ?? ''}` };
  return { vendor: 'Replicate', url: `${baseUrl}${path}`, headers, ...request };
}

export async function toCreateRequest(order: PictureOrder, endpoint: Endpoint): Promise<VendorRequest> {
  const { version, ...settings } = readInputSettings(order.model, replicateSettings);
  const input = await toModelInput(order, settings);
  const path = version === undefined ? `/models/${order.model.vendorModel}/predictions` : '/predictions';
  const request = toRequest(endpoint, { method: 'POST', path, signal: order.signal });
  const headers = { ...request.headers, 'cancel-after': toDeadline(order.timeoutMilliseconds) };
  const body = { ...(version === undefined ? {} : { version }), input, ...toWebhook(order) };
  return { ...request, headers, body };
}

function toWebhook({ webhookUrl }: PictureOrder): object {
  return webhookUrl === null ? {} : { webhook: webhookUrl, webhook_events_filter: ['completed'] };
}

/** Replicate takes no less than five seconds. */
function toDeadline(timeoutMilliseconds: number): string {
  return `${Math.max(5, Math.ceil(timeoutMilliseconds / 1000))}s`;
}
